import type { BuildPhaseType, ExportedEnvironmentVariable } from '@aws-sdk/client-codebuild';
import type { DescribeRepositoriesResponse } from '@aws-sdk/client-ecr';
import { type ArchiveEntry, BadArchive } from '../../containers/archive.ts';
import type { PackedImage } from '../../containers/pack.ts';
import { pushImage } from '../../containers/push.ts';
import { AwsError } from '../aws-error.ts';
import { type BuildLog, buildLog } from './build-log.ts';
import { isComplete } from './build-view.ts';
import { ImageNotBuilt } from './builder.ts';
import { BadBuildspec, type Buildspec, isInline, readBuildspec, whyNotOurs } from './buildspec.ts';
import { BadOrder, contextOf, type ImageOrder, readOrder } from './contract.ts';
import { durations } from './durations.ts';
import { assertRuns, BuildFailed, BuildOver, endBuild, enterPhase, leavePhase } from './phases.ts';
import { digestUnder, roleRegistry } from './registry.ts';
import { type BuildRole, buildRole } from './role.ts';
import { readSource } from './source.ts';
import { type Build, type CodeBuildState, projectArn } from './state.ts';

/** A command of the contract that did not work, in CodeBuild's words. */
const commandFailed = (command: string, reason: string) =>
  new BuildFailed('COMMAND_EXECUTION_ERROR', `Error while executing command: ${command}. Reason: ${reason}`);

/** Runs what a command of the contract stands for; what it can't do fails the build. */
async function asCommand<Result>(command: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AwsError || error instanceof BadOrder || error instanceof ImageNotBuilt) throw commandFailed(command, error.message);
    throw error;
  }
}

/** The buildspec a build keeps to: the project's own text, or a file of the source. @throws BuildFailed */
function buildspecOf({ source }: Build, entries: readonly ArchiveEntry[]): Buildspec {
  const named = source.buildspec || 'buildspec.yml';
  const bytes = entries.find(({ path }) => path === named)?.bytes;
  if (!isInline(named) && !bytes) throw new BuildFailed('YAML_FILE_ERROR', `YAML file does not exist: ${named}`);
  try {
    const buildspec = readBuildspec(isInline(named) ? named : new TextDecoder().decode(bytes));
    const foreign = whyNotOurs(buildspec);
    if (foreign !== undefined) throw new BuildFailed('YAML_FILE_ERROR', `The embedded AWS does not emulate ${foreign}`);
    return buildspec;
  } catch (error) {
    if (error instanceof BadBuildspec)
      throw new BuildFailed('YAML_FILE_ERROR', `Cannot read the buildspec "${isInline(named) ? 'inline' : named}": ${error.message}`);
    throw error;
  }
}

async function download(role: BuildRole, build: Build): Promise<readonly ArchiveEntry[]> {
  const { location = '' } = build.source;
  const { sourceVersion } = build;
  if (build.source.type === 'NO_SOURCE') return [];
  try {
    return await readSource(role, location, sourceVersion);
  } catch (error) {
    const what =
      error instanceof AwsError
        ? `${error.code}: ${error.message} status code: ${error.status}`
        : error instanceof BadArchive
          ? error.message
          : undefined;
    if (what === undefined) throw error;
    throw new BuildFailed('CLIENT_ERROR', `${what} for primary source and source version arn:aws:s3:::${location}`);
  }
}

/**
 * Runs a build that has just been submitted, from QUEUED to its end: what the image contract says, with the project's role.
 * Nobody awaits it; it ends the build whatever happens.
 */
export async function runBuild(state: CodeBuildState, build: Build): Promise<void> {
  const { kernel } = state;
  const { clock } = kernel;
  const take = durations(kernel.random);
  /** Its calls end with the build; the log's do not. */
  let role: BuildRole | undefined;
  let logRole: BuildRole | undefined;
  const taken = (one: BuildRole | undefined): BuildRole => {
    if (!one) throw new TypeError('No role was taken on');
    return one;
  };
  const asRole = () => taken(role);
  const log: BuildLog = buildLog(kernel, build, () => taken(logRole));

  /** One phase: it takes `seconds`, or as long as its work does. */
  async function phase<Result>(type: BuildPhaseType, seconds: number, work: () => Result | Promise<Result>): Promise<Result> {
    assertRuns(build);
    enterPhase(kernel, build, type);
    log.platform(`Entering phase ${type}`);
    if (seconds > 0) await clock.sleep(1000 * seconds, `${type} of ${build.id}`);
    assertRuns(build);
    const result = await work();
    assertRuns(build);
    log.platform(`Phase complete: ${type} State: SUCCEEDED`);
    if (role) await log.flush();
    assertRuns(build);
    leavePhase(kernel, build, 'SUCCEEDED');
    return result;
  }

  async function prepare(order: ImageOrder): Promise<string> {
    const uri = await asCommand('aws ecr describe-repositories', async () => {
      const input = { repositoryNames: [order.repository] };
      return (await asRole().call<DescribeRepositoriesResponse>('ecr', 'DescribeRepositories', input)).repositories?.[0]?.repositoryUri ?? '';
    });
    await asCommand('docker login', () => asRole().call('ecr', 'GetAuthorizationToken', {}));
    const before = await asCommand('aws ecr batch-get-image', () => digestUnder(asRole(), order.repository, order.tag));
    if (before !== undefined) {
      throw commandFailed(
        'aws ecr batch-get-image',
        `the tag "${order.tag}" of "${order.repository}" is taken, by ${before}: an image's tag is its own; choose another IMAGE_TAG`,
      );
    }
    return uri;
  }

  async function makeImage(order: ImageOrder, entries: readonly ArchiveEntry[]): Promise<PackedImage> {
    if (build.environment.privilegedMode !== true) {
      throw commandFailed(
        'docker build',
        'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running? The project needs PrivilegedMode',
      );
    }
    if (state.buildOutcome(build.projectName) === 'failed') throw commandFailed('docker build', 'exit status 1');
    const input = { ...order, entries: contextOf(entries, order), name: build.id };
    return await state.builder.build(input, (line) => log.line(line), build.over.signal);
  }

  async function publish(order: ImageOrder, image: PackedImage, uri: string): Promise<string> {
    await asCommand('docker push', () => pushImage(roleRegistry(asRole()), image, order));
    const digest = await asCommand('aws ecr batch-get-image', () => digestUnder(asRole(), order.repository, order.tag));
    log.line(`pushed ${uri}:${order.tag} as ${digest ?? 'nothing'}`);
    if (digest === undefined) throw commandFailed('aws ecr batch-get-image', `the tag "${order.tag}" of "${order.repository}" is gone again`);
    return digest;
  }

  try {
    await phase('QUEUED', take.queued(), () => {});
    await phase('PROVISIONING', take.provisioning(), async () => {
      try {
        const caller = kernel.cloud.assume(build.serviceRole, 'codebuild.amazonaws.com', projectArn(kernel, build.projectName));
        role = buildRole(kernel, caller, () => assertRuns(build));
        logRole = buildRole(kernel, caller);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new BuildFailed('ACCESS_DENIED', `CodeBuild is not authorized to perform: sts:AssumeRole on ${build.serviceRole}`);
      }
      await log.open();
    });
    const { entries, variables, buildspec } = await phase('DOWNLOAD_SOURCE', take.download(), async () => {
      const files = await download(asRole(), build);
      const spec = buildspecOf(build, files);
      const given = (build.environment.environmentVariables ?? []).map(({ name = '', value = '' }) => [name, value] as const);
      const variables: Record<string, string> = { ...spec.variables, ...Object.fromEntries(given) };
      return { entries: files, buildspec: spec, variables };
    });
    await phase('INSTALL', 0, () => {});
    const { order, uri } = await phase('PRE_BUILD', take.preBuild(), async () => {
      const read = await asCommand('the variables of the image contract', () => readOrder(variables));
      return { order: read, uri: await prepare(read) };
    });
    // Under the virtual clock nothing takes time by itself.
    const image = await phase('BUILD', clock.kind === 'virtual' ? take.build() : 0, () => asCommand('docker build', () => makeImage(order, entries)));
    const digest = await phase('POST_BUILD', take.postBuild(), () => publish(order, image, uri));
    const environment: Record<string, string> = { ...variables, IMAGE_DIGEST: digest };
    build.exported = buildspec.exported.map((name): ExportedEnvironmentVariable => ({ name, value: environment[name] ?? '' }));
    await phase('UPLOAD_ARTIFACTS', 0, () => {});
    await phase('FINALIZING', take.finalizing(), () => {});
    endBuild(kernel, build, 'SUCCEEDED');
  } catch (error) {
    if (error instanceof BuildOver || build.over.signal.aborted) {
      // Stopped, or out of time: what it said until then is worth reading.
      if (role && isComplete(build)) await log.flush();
      return;
    }
    if (!(error instanceof BuildFailed)) {
      endBuild(kernel, build, 'FAULT', { statusCode: 'INTERNAL_ERROR', message: 'The build failed for a fault of the service' });
      throw error;
    }
    log.platform(`Phase complete: ${build.phases.at(-1)?.type ?? ''} State: FAILED`);
    log.platform(`Phase context status code: ${error.context.statusCode} Message: ${error.context.message}`);
    if (role) await log.flush();
    endBuild(kernel, build, 'FAILED', error.context);
  }
}
