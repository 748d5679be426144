import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layBakedFiles } from './baked-files.ts';
import { type Container, ContainerCannotStart, type ContainerSpec, type Engine, type Network } from './container.ts';
import { baseNameLabel, environmentOf, type ImageConfig, parseInspectedImage } from './image.ts';
import { listens } from './listening.ts';
import { logLines } from './log-lines.ts';
import { startCommand } from './start-command.ts';
import { watchdog } from './watchdog.ts';

/** No Docker engine answers the `docker` command. */
export class NoDockerEngine extends Error {
  override name = 'NoDockerEngine';
}

export const docker = (args: readonly string[], timeoutMs = 600_000): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile('docker', args, { timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.trim() || error.message, { cause: error }));
      else resolve(stdout.trim());
    });
  });

/** The Dockerfile that puts an unpacked image back on the base it was packed without. */
export const rebuildDockerfile = (config: Pick<ImageConfig, 'Labels'>): string => `FROM ${config.Labels[baseNameLabel] ?? 'scratch'}\nCOPY . /\n`;

/**
 * The arguments of `docker` that run one container under SageMaker's contract: `/opt/ml` mounted, port 8080 on a port of 127.0.0.1, the
 * image's settings given here (the rebuilt image carries none).
 */
export function dockerRunArguments(spec: ContainerSpec, imageId: string, containerName: string, networkName = 'bridge'): string[] {
  const { program, args } = startCommand(spec.config, spec.command, spec.instead);
  const environment = { ...environmentOf(spec.config), ...spec.environment };
  return [
    'run',
    '--rm',
    '--name',
    containerName,
    '--volume',
    `${spec.baseFolder}:/opt/ml`,
    ...(spec.member ? ['--network', networkName, '--network-alias', spec.member.hostName, '--hostname', spec.member.hostName] : []),
    ...(spec.port === undefined ? [] : ['--publish', `127.0.0.1:${spec.port}:${environment['SAGEMAKER_BIND_TO_PORT'] ?? 8080}`]),
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...(spec.config.WorkingDir ? ['--workdir', spec.config.WorkingDir] : []),
    ...(spec.config.User ? ['--user', spec.config.User] : []),
    '--entrypoint',
    program,
    imageId,
    ...args,
  ];
}

/**
 * An image the Docker engine has, by any name it knows.
 *
 * @throws ContainerCannotStart where it has none of that name
 */
export async function inspectImage(name: string): Promise<ReturnType<typeof parseInspectedImage>> {
  const text = await docker(['image', 'inspect', '--format', '{{json .}}', name]).catch((cause: unknown) => {
    throw new ContainerCannotStart(`Docker has no image "${name}", and no folder is there either: build it, or pull it with docker pull ${name}`, {
      cause,
    });
  });
  return parseInspectedImage(text);
}

/**
 * Runs images with the Docker engine the `docker` command reaches. The unpacked image is built onto its base once, so the base is pulled
 * the first time.
 *
 * @throws NoDockerEngine
 */
export async function dockerEngine(): Promise<Engine> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}'], 10_000);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n').at(-1) : String(cause);
    throw new NoDockerEngine(`No Docker engine answers (${reason}): start Docker, or run containers as plain processes`, { cause });
  }
  const running = new Set<Container>();
  const images = new Map<string, Promise<string>>();
  const guard = watchdog('docker kill "$id"');
  /** Docker's names of the networks made here. */
  const networks = new Map<Network, string>();
  let starts = 0;

  async function imageOf(spec: ContainerSpec): Promise<string> {
    if (spec.dockerImage !== undefined) return spec.dockerImage;
    let image = images.get(spec.rootFolder);
    if (!image) {
      image = build(spec);
      images.set(spec.rootFolder, image);
    }
    return image;
  }

  return {
    kind: 'docker',
    async start(spec) {
      const image = await imageOf(spec);
      // The folder that is mounted at /opt/ml hides the image's own.
      if (spec.dockerImage === undefined) layBakedFiles(spec);
      starts++;
      const containerName = `${spec.name.replace(/[^a-zA-Z0-9_.-]/g, '-')}-${process.pid}-${starts}`;
      guard.guard(containerName);
      const container = await run(spec, image, containerName, spec.member && networks.get(spec.member.network), () => {
        guard.release(containerName);
        running.delete(container);
      });
      running.add(container);
      return container;
    },
    async network() {
      // A name of its own: a network that is shared is one that somebody else removes, or has made otherwise.
      const name = `training-${process.pid}-${Date.now().toString(36)}-${networks.size}`;
      await docker(['network', 'create', name]);
      const network: Network = {
        interfaceName: 'eth0',
        async close() {
          if (networks.delete(network)) await docker(['network', 'rm', name]).catch(() => {});
        },
      };
      networks.set(network, name);
      return network;
    },
    async close() {
      await Promise.all([...running].map((container) => container.stop(0)));
      for (const network of networks.keys()) await network.close();
      for (const image of await Promise.allSettled(images.values())) {
        // Another engine may use an equal image: then Docker keeps it.
        if (image.status === 'fulfilled') await docker(['rmi', image.value]).catch(() => {});
      }
      await guard.close();
    },
  };
}

async function build(spec: ContainerSpec): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    const dockerfile = join(folder, 'Dockerfile');
    writeFileSync(dockerfile, rebuildDockerfile(spec.config));
    const platform = `${spec.config.os}/${spec.config.architecture}`;
    return await docker(['build', '--quiet', '--platform', platform, '--file', dockerfile, spec.rootFolder]);
  } catch (cause) {
    throw new ContainerCannotStart(`Cannot build "${spec.imageUri}" with Docker: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(
  spec: ContainerSpec,
  image: string,
  containerName: string,
  networkName: string | undefined,
  onGone: () => void,
): Promise<Container> {
  const client = spawn('docker', dockerRunArguments(spec, image, containerName, networkName), { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = Promise.all((['stdout', 'stderr'] as const).map((name) => logLines(client[name], (line) => spec.onLine(line, name))));
  const state = { gone: false };
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    client.once('exit', (exitCode, signal) => {
      void closed.then(async () => {
        await giveBackFiles(spec, image);
        state.gone = true;
        onGone();
        resolve({ exitCode, signal });
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    client.once('spawn', () => resolve());
    client.once('error', (cause) => reject(new ContainerCannotStart(`Cannot start "${spec.name}": ${cause.message}`, { cause })));
  });
  return {
    exited,
    ...(spec.port === undefined ? {} : { url: `http://127.0.0.1:${spec.port}` }),
    async stop(graceMs) {
      if (state.gone) return;
      // The container may not exist yet: then the client has to be asked again until it does, or has ended.
      const seconds = String(Math.ceil(graceMs / 1_000));
      while (!state.gone) {
        const asked = await docker(['stop', '--time', seconds, containerName]).then(
          () => true,
          () => false,
        );
        await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, asked ? 5_000 : 200))]);
      }
    },
    async whyUnreachable() {
      if (state.gone) return `"${spec.name}" has ended`;
      if (spec.port === undefined || (await listens(spec.port))) return undefined;
      return `"${spec.name}" runs and nothing answers on its port 8080: it has to listen on 0.0.0.0:8080`;
    },
  };
}

/** A container runs as root, so on Linux what it wrote belongs to root: the files go back to who has to remove them. */
async function giveBackFiles(spec: ContainerSpec, image: string): Promise<void> {
  const user = process.getuid?.() ?? 0;
  if (user === 0 || process.platform !== 'linux') return;
  const owner = `${user}:${process.getgid?.() ?? user}`;
  // An image without chown keeps its files; removing the folder then names them.
  await docker(['run', '--rm', '--volume', `${spec.baseFolder}:/opt/ml`, '--entrypoint', 'chown', image, '-R', owner, '/opt/ml']).catch(() => {});
}
