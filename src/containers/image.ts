/**
 * What a container image is, as far as the SageMaker container contract looks at it.
 */
export interface ImageConfig {
  /** Exec form only. Unset: the word `train` or `serve` is looked up as a program on the image's PATH. */
  readonly Entrypoint?: readonly string[];
  /** Replaced by the word `train` or `serve`, so it starts nothing on SageMaker. */
  readonly Cmd?: readonly string[];
  /** `NAME=value`, in the order set. */
  readonly Env: readonly string[];
  /** Absolute path in the image. Unset: `/`. */
  readonly WorkingDir?: string;
  readonly Labels: Readonly<Record<string, string>>;
  /** Unset: root, which is what SageMaker expects. */
  readonly User?: string;
  /** `8080/tcp`, sorted. */
  readonly ExposedPorts: readonly string[];
  /** As Docker names it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly os: string;
  /** What `docker stop` sends. Unset: SIGTERM, which is what SageMaker sends whatever stands here. */
  readonly StopSignal?: string;
}

const shells = ['/bin/sh', '/bin/bash', 'sh', 'bash'];

/** Docker's form of a shell-form ENTRYPOINT: it swallows the word and keeps signals from the program. */
export const isShellForm = (entrypoint: readonly string[] | undefined): boolean =>
  entrypoint !== undefined && shells.includes(entrypoint[0] ?? '') && entrypoint[1] === '-c';

/** The label that names the image another one was built from (OCI's own key): a packed image holds no layers of its base. */
export const baseNameLabel = 'org.opencontainers.image.base.name';

/** Label of an image that reads `SAGEMAKER_BIND_TO_PORT`. */
export const bindToPortLabel = 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port';

/** Label of an image that loads and unloads models by HTTP. */
export const multiModelLabel = 'com.amazonaws.sagemaker.capabilities.multi-models';

/** The bind-to-port label is set and true. */
export const readsBindToPort = (config: Pick<ImageConfig, 'Labels'>): boolean => config.Labels[bindToPortLabel] === 'true';

export const dockerManifestType = 'application/vnd.docker.distribution.manifest.v2+json';
export const dockerConfigType = 'application/vnd.docker.container.image.v1+json';
export const dockerLayerType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** Search path of an image that sets none: what Linux base images use. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The image's own environment; a later entry of the same name wins. */
export function environmentOf(config: Pick<ImageConfig, 'Env'>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const entry of config.Env) {
    const at = entry.indexOf('=');
    if (at > 0) environment[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return environment;
}

/** The JSON a manifest's `config` points to: Docker's own document, of which the contract reads some members. */
interface ConfigDocument {
  readonly architecture?: string;
  readonly os?: string;
  readonly config?: {
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Env?: readonly string[] | null;
    readonly WorkingDir?: string | null;
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly User?: string | null;
    readonly StopSignal?: string | null;
    readonly ExposedPorts?: Readonly<Record<string, unknown>> | null;
  };
}

/**
 * Reads an image's configuration blob, whoever built it.
 *
 * @throws SyntaxError if the bytes are no JSON
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  // The members are those Docker and OCI document; absent ones get their defaults below.
  const document = JSON.parse(new TextDecoder().decode(bytes)) as ConfigDocument;
  const config = document.config ?? {};
  return {
    ...(config.Entrypoint?.length ? { Entrypoint: config.Entrypoint } : {}),
    ...(config.Cmd?.length ? { Cmd: config.Cmd } : {}),
    Env: config.Env ?? [],
    ...(config.WorkingDir ? { WorkingDir: config.WorkingDir } : {}),
    Labels: config.Labels ?? {},
    ...(config.User ? { User: config.User } : {}),
    ExposedPorts: Object.keys(config.ExposedPorts ?? {}).sort(),
    architecture: document.architecture ?? 'amd64',
    os: document.os ?? 'linux',
    ...(config.StopSignal ? { StopSignal: config.StopSignal } : {}),
  };
}

/**
 * Reads what `docker image inspect` prints of one image: the same settings, in a document of another shape.
 *
 * @throws SyntaxError if the text is no JSON
 */
export function parseInspectedImage(text: string): { readonly id: string; readonly config: ImageConfig } {
  // The members are those Docker documents; absent ones get their defaults where the configuration is read.
  const { Id, Config, Architecture, Os } = JSON.parse(text) as { Id?: string; Config?: ConfigDocument['config']; Architecture?: string; Os?: string };
  const document = { config: Config ?? {}, architecture: Architecture ?? 'amd64', os: Os ?? 'linux' };
  return { id: Id ?? '', config: parseImageConfig(new TextEncoder().encode(JSON.stringify(document))) };
}

/** Docker's own document for `config`, members always in this order, so that equal images have equal bytes. */
export function formatImageConfig(config: ImageConfig, diffIds: readonly string[]): Uint8Array {
  const sorted = (record: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  return new TextEncoder().encode(
    JSON.stringify({
      architecture: config.architecture,
      os: config.os,
      created: '1970-01-01T00:00:00Z',
      config: {
        ...(config.User ? { User: config.User } : {}),
        ...(config.ExposedPorts.length > 0 ? { ExposedPorts: Object.fromEntries([...config.ExposedPorts].sort().map((port) => [port, {}])) } : {}),
        Env: config.Env,
        ...(config.Entrypoint ? { Entrypoint: config.Entrypoint } : {}),
        ...(config.Cmd ? { Cmd: config.Cmd } : {}),
        ...(config.WorkingDir ? { WorkingDir: config.WorkingDir } : {}),
        Labels: sorted(config.Labels),
      },
      rootfs: { type: 'layers', diff_ids: diffIds },
    }),
  );
}
