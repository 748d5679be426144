import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, type ImageConfig } from './image.ts';

type Environment = Readonly<Record<string, string>>;

/**
 * What SageMaker sets for a training container besides the image's own `ENV`. No `SM_*`: the training toolkit inside the image makes those.
 *
 * @param environment the job's `Environment`; a platform variable of the same name wins (AWS documents no order)
 */
export const trainingEnvironment = (job: { jobName: string; jobArn: string; region: string; environment?: Environment }): Record<string, string> => ({
  ...job.environment,
  TRAINING_JOB_NAME: job.jobName,
  TRAINING_JOB_ARN: job.jobArn,
  AWS_REGION: job.region,
});

/** What SageMaker sets for a hosting container besides the image's own `ENV`. */
export const servingEnvironment = (model: { region: string; environment?: Environment }): Record<string, string> => ({
  ...model.environment,
  AWS_REGION: model.region,
});

/** Where the containers of plain processes keep what an image knows by absolute paths. */
export interface Places {
  /** What is `/` in the image. */
  readonly rootFolder: string;
  /** What is `/opt/ml` in the image. */
  readonly baseFolder: string;
}

/**
 * The host's path of an image's absolute path: below `/opt/ml` the base folder's, otherwise the root folder's where the image has such
 * a file. Anything else stays as it is.
 */
export function hostPath(path: string, { rootFolder, baseFolder }: Places): string {
  if (!path.startsWith('/') || path === '/') return path;
  const inRoot = join(rootFolder, path);
  if (path === '/opt/ml' || path.startsWith('/opt/ml/')) {
    const inBase = join(baseFolder, path.slice('/opt/ml'.length));
    // Files an image brings below /opt/ml, such as /opt/ml/code, are still found where nothing covers them.
    return !existsSync(inBase) && existsSync(inRoot) ? inRoot : inBase;
  }
  return existsSync(inRoot) ? inRoot : path;
}

/** The image's search path as folders of the host; folders the image doesn't have are left out. */
export const imageSearchPath = (config: Pick<ImageConfig, 'Env'>, places: Places): string[] =>
  (environmentOf(config).PATH ?? '')
    .split(':')
    .filter((folder) => folder.startsWith('/') && existsSync(join(places.rootFolder, folder)))
    .map((folder) => join(places.rootFolder, folder));

/**
 * The environment of a container that runs as a plain process: the image's `ENV`, over it `environment`, over both what tells the process
 * where its `/opt/ml` and its port are. Nothing of the host's own environment but the end of `PATH`.
 *
 * A value that is a path, or a `:` list of paths, of the image becomes the host's: `/opt/program` is `<root>/opt/program`.
 */
export function processEnvironment(
  spec: Places & { readonly config: ImageConfig; readonly environment: Environment; readonly port?: number },
  host: { readonly path: string; readonly scratchFolder: string },
): Record<string, string> {
  const mapped = (value: string) =>
    value
      .split(':')
      .map((part) => hostPath(part, spec))
      .join(':');
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...environmentOf(spec.config), ...spec.environment })) own[name] = mapped(value);
  return {
    // Not the user's own home: what lies there (AWS credentials) is none of a container's business.
    HOME: host.scratchFolder,
    ...own,
    TMPDIR: host.scratchFolder,
    PATH: [...imageSearchPath({ Env: [`PATH=${spec.environment['PATH'] ?? environmentOf(spec.config)['PATH'] ?? ''}`] }, spec), host.path].join(':'),
    SAGEMAKER_BASE_DIR: spec.baseFolder,
    ...(spec.port === undefined ? {} : { SAGEMAKER_BIND_TO_PORT: String(spec.port) }),
  };
}
