import type { EnvironmentVariable, ProjectEnvironment, ProjectSource, StartBuildCommandOutput, StartBuildInput } from '@aws-sdk/client-codebuild';
import { AwsError, notEmulated } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import { sessionArnOf } from '../iam/identities.ts';
import { defineOperation } from '../operation.ts';
import { publishBuildState } from './build-event.ts';
import { describeBuild, isComplete } from './build-view.ts';
import { BadBuildspec, isInline, readBuildspec, whyNotOurs } from './buildspec.ts';
import { endBuild, enterPhase, leavePhase } from './phases.ts';
import { defaultQueuedTimeoutInMinutes, defaultTimeoutInMinutes } from './project-view.ts';
import { runBuild } from './run-build.ts';
import { refuseEnvironmentType, refuseSource, refuseVariables } from './settings.ts';
import { isFolderSource } from './source.ts';
import { type Build, buildArn, type CodeBuildState, idOf, invalidInput, onProject, type Project, projectNamed } from './state.ts';

/** A token is good for so long. */
const tokenMs = 5 * 60_000;

/** What may be overridden for one build. */
const known: readonly (keyof StartBuildInput)[] = [
  'projectName',
  'environmentVariablesOverride',
  'sourceTypeOverride',
  'sourceLocationOverride',
  'sourceVersion',
  'buildspecOverride',
  'environmentTypeOverride',
  'imageOverride',
  'timeoutInMinutesOverride',
  'queuedTimeoutInMinutesOverride',
  'privilegedModeOverride',
  'idempotencyToken',
];

function refuseOverrides(input: StartBuildInput): void {
  const other = Object.entries(input).find(([name, value]) => value !== undefined && !(known as readonly string[]).includes(name));
  if (other) throw notEmulated(`the override ${other[0]} of StartBuild`);
  refuseVariables(input.environmentVariablesOverride);
  if (input.environmentTypeOverride !== undefined) refuseEnvironmentType(input.environmentTypeOverride);
}

function merged(variables: readonly EnvironmentVariable[], overrides: readonly EnvironmentVariable[]): EnvironmentVariable[] {
  const byName = new Map([...variables, ...overrides].map((one) => [one.name ?? '', { type: 'PLAINTEXT' as const, ...one }]));
  return [...byName.values()];
}

function sourceOf({ settings }: Project, input: StartBuildInput): ProjectSource {
  const type = input.sourceTypeOverride ?? settings.source?.type;
  const location = input.sourceLocationOverride ?? settings.source?.location;
  const buildspec = input.buildspecOverride ?? settings.source?.buildspec;
  const source: ProjectSource = { type, ...(location === undefined ? {} : { location }), ...(buildspec === undefined ? {} : { buildspec }) };
  refuseSource(source);
  if (type === 'S3' && !location?.includes('/')) throw invalidInput('Invalid source location: must be a valid S3 source');
  if (type === 'S3' && isFolderSource(location ?? '') && (input.sourceVersion ?? settings.sourceVersion) !== undefined)
    throw notEmulated('a sourceVersion of a folder in S3: only of a zip');
  if (!buildspec || !isInline(buildspec)) return source;
  try {
    const foreign = whyNotOurs(readBuildspec(buildspec));
    if (foreign !== undefined) throw notEmulated(foreign);
  } catch (error) {
    // A buildspec that can't be read fails its build, as on AWS.
    if (!(error instanceof BadBuildspec)) throw error;
  }
  return source;
}

/** Who started a build, as CodeBuild names them: a user, or `role/session`. */
const initiatorOf = (caller: Caller): string => sessionArnOf(caller).replace(/^[^/]*\//, '');

function logOf({ name, settings }: Project, uuid: string): Build['log'] {
  const config = settings.logsConfig?.cloudWatchLogs;
  if (config?.status === 'DISABLED') return undefined;
  const { groupName = `/aws/codebuild/${name}`, streamName } = config ?? {};
  return { groupName, streamName: streamName === undefined ? uuid : `${streamName}/${uuid}` };
}

/** The build an earlier call with the same token started. @throws AwsError where that call asked for something else */
function startedBefore(state: CodeBuildState, token: string | undefined, text: string): Build | undefined {
  const before = token === undefined ? undefined : state.tokens.get(token);
  if (!before || before.atMs <= state.kernel.clock.now() - tokenMs) return undefined;
  if (before.input !== text) throw invalidInput(`The idempotency token "${token}" was used with other parameters`);
  return state.builds.get(before.buildId);
}

export const startBuild = defineOperation<CodeBuildState, StartBuildInput, Omit<StartBuildCommandOutput, '$metadata'>>({
  name: 'StartBuild',
  access: (input, state) => [onProject(state, 'StartBuild', idOf(input.projectName ?? ''))],
  limits: {
    projectName: { min: 1 },
    timeoutInMinutesOverride: { min: 5, max: 2160 },
    queuedTimeoutInMinutesOverride: { min: 5, max: 480 },
    'environmentVariablesOverride[].name': { min: 1 },
    'environmentVariablesOverride[].type': { oneOf: ['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER'] },
  },
  run(input, state, { caller }) {
    const { kernel } = state;
    const project = projectNamed(state, idOf(input.projectName ?? ''));
    const { settings, name } = project;
    const { idempotencyToken, ...asked } = input;
    const text = JSON.stringify(asked);
    const before = startedBefore(state, idempotencyToken, text);
    if (before) return { build: describeBuild(kernel, before) };

    refuseOverrides(input);
    const source = sourceOf(project, input);
    const running = [...state.builds.values()].filter((one) => one.projectName === name && !isComplete(one)).length;
    if (settings.concurrentBuildLimit !== undefined && running >= settings.concurrentBuildLimit) {
      throw new AwsError('AccountLimitExceededException', `Cannot have more than ${settings.concurrentBuildLimit} builds in queue for the project`);
    }

    const uuid = kernel.random.uuid('codebuild/build-id');
    const id = `${name}:${uuid}`;
    // A project has an environment, by CreateProject's schema.
    const own = settings.environment as ProjectEnvironment;
    const build: Build = {
      id,
      arn: buildArn(kernel, id),
      number: ++project.buildCount,
      projectName: name,
      startedAtMs: kernel.clock.now(),
      status: 'IN_PROGRESS',
      phases: [],
      source,
      sourceVersion: input.sourceVersion ?? settings.sourceVersion,
      environment: {
        ...own,
        type: input.environmentTypeOverride ?? own.type,
        image: input.imageOverride ?? own.image,
        privilegedMode: input.privilegedModeOverride ?? own.privilegedMode ?? false,
        imagePullCredentialsType: own.imagePullCredentialsType ?? 'CODEBUILD',
        environmentVariables: merged(own.environmentVariables ?? [], input.environmentVariablesOverride ?? []),
      },
      cache: settings.cache ?? { type: 'NO_CACHE' },
      serviceRole: settings.serviceRole ?? '',
      timeoutInMinutes: input.timeoutInMinutesOverride ?? settings.timeoutInMinutes ?? defaultTimeoutInMinutes,
      queuedTimeoutInMinutes: input.queuedTimeoutInMinutesOverride ?? settings.queuedTimeoutInMinutes ?? defaultQueuedTimeoutInMinutes,
      initiator: initiatorOf(caller),
      log: logOf(project, uuid),
      exported: [],
      over: new AbortController(),
    };
    state.builds.set(id, build);
    if (idempotencyToken !== undefined) state.tokens.set(idempotencyToken, { buildId: id, input: text, atMs: kernel.clock.now() });
    enterPhase(kernel, build, 'SUBMITTED');
    leavePhase(kernel, build, 'SUCCEEDED');
    const tooLong = kernel.clock.after(60_000 * build.timeoutInMinutes, `longest run of ${id}`, () =>
      endBuild(kernel, build, 'TIMED_OUT', { statusCode: 'BUILD_TIMED_OUT', message: 'Build has timed out. ' }),
    );
    kernel.background(`build ${id}`, () => runBuild(state, build).finally(() => tooLong.cancel()));
    publishBuildState(kernel, build);
    return { build: describeBuild(kernel, build) };
  },
});
