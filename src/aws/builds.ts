import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  InvalidInputException,
  ListBuildsForProjectCommand,
  ResourceNotFoundException,
  StartBuildCommand,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';
import type { Build as CodeBuildBuild, EnvironmentVariable } from '@aws-sdk/client-codebuild';
import type { Build, BuildRequest, Builds } from '../ports/builds.ts';
import { Refused } from '../rollout/errors.ts';
import { attempt, translated } from './errors.ts';

/** Whose build it is, in its own environment: what CodeBuild keeps of who asked. */
const ownerVariable = 'ROLLOUT';

const variables = (values: Readonly<Record<string, string>>): EnvironmentVariable[] =>
  Object.entries(values).map(([name, value]) => ({ name, value, type: 'PLAINTEXT' }));

/** An image for Arm is built on Arm: on another processor no RUN of a Dockerfile runs. What the project has is for amd64. */
const environmentOf = (platform: BuildRequest['platform']) =>
  platform === 'linux/arm64'
    ? { environmentTypeOverride: 'ARM_CONTAINER' as const, imageOverride: 'aws/codebuild/amazonlinux-aarch64-standard:3.0' }
    : {};

function sourceOf({ type, location, version }: BuildRequest['source'], region: string) {
  const at = version === undefined ? {} : { sourceVersion: version };
  if (type === 's3' && /\.t(?:ar(?:\.\w+)?|gz)$/.test(location))
    throw new Refused(`Cannot start a build of "${location}": CodeBuild unpacks a .zip alone; put the source there as one`);
  return type === 's3'
    ? { sourceTypeOverride: 'S3' as const, sourceLocationOverride: location.replace('s3://', ''), ...at }
    : {
        sourceTypeOverride: 'CODECOMMIT' as const,
        sourceLocationOverride: `https://git-codecommit.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}/v1/repos/${location}`,
        ...at,
      };
}

/** What the phase that failed says; CodeBuild writes it beside the phase. */
function failureOf({ phases = [] }: CodeBuildBuild): Pick<Build, 'failure'> {
  const failed = phases.find(({ phaseStatus }) => phaseStatus !== undefined && phaseStatus !== 'SUCCEEDED');
  // A phase that was stopped has a context without words.
  const texts = (failed?.contexts ?? [])
    .map(({ statusCode, message }) => [statusCode, message].filter((part) => part !== undefined && part !== '').join(': '))
    .filter((text) => text !== '');
  return texts.length === 0 ? {} : { failure: texts.join('; ') };
}

const failedPhase = ({ phases = [] }: CodeBuildBuild): string | undefined =>
  phases.find(({ phaseStatus }) => phaseStatus !== undefined && phaseStatus !== 'SUCCEEDED')?.phaseType;

function buildOf(found: CodeBuildBuild): Build {
  const imageDigest = found.exportedEnvironmentVariables?.find(({ name }) => name === 'IMAGE_DIGEST')?.value;
  const logLink = found.logs?.deepLink;
  return {
    id: found.id ?? '',
    status: found.buildStatus ?? 'IN_PROGRESS',
    phase: failedPhase(found) ?? found.currentPhase ?? '',
    ...failureOf(found),
    ...(logLink !== undefined && { logLink }),
    ...(imageDigest !== undefined && imageDigest !== '' && { imageDigest }),
  };
}

/**
 * Builds of images in CodeBuild.
 *
 * @param projectName the project of infrastructure/build.yml, whose buildspec reads the variables set here
 * @param region for CodeCommit's address
 */
export function codeBuilds(projectName: string, region: string, client: CodeBuildClient = new CodeBuildClient()): Builds {
  const described = async (ids: readonly string[]): Promise<readonly CodeBuildBuild[]> => {
    if (ids.length === 0) return [];
    const answer = await attempt(`Cannot describe builds of "${projectName}"`, () => client.send(new BatchGetBuildsCommand({ ids: [...ids] })));
    return answer.builds ?? [];
  };

  /** The build an earlier call started, whose answer was lost. */
  async function startedBefore(rolloutId: string, sinceMs: number): Promise<string | undefined> {
    let nextToken: string | undefined;
    do {
      const page = await attempt(`Cannot list builds of "${projectName}"`, () =>
        client.send(new ListBuildsForProjectCommand({ projectName, sortOrder: 'DESCENDING', ...(nextToken !== undefined && { nextToken }) })),
      );
      const builds = await described(page.ids ?? []);
      const ours = builds.find(({ environment }) =>
        environment?.environmentVariables?.some(({ name, value }) => name === ownerVariable && value === rolloutId),
      );
      if (ours) return ours.id;
      // They come newest first: what is older than the rollout is none of its.
      if (builds.some(({ startTime }) => startTime !== undefined && startTime.getTime() < sinceMs)) return undefined;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return undefined;
  }

  return {
    async start(request, sinceMs) {
      const before = await startedBefore(request.rolloutId, sinceMs);
      if (before !== undefined) return before;
      const source = sourceOf(request.source, region);
      const answer = await attempt(`Cannot start a build of "${request.source.location}"`, () =>
        client.send(
          new StartBuildCommand({
            projectName,
            ...source,
            ...environmentOf(request.platform),
            idempotencyToken: request.rolloutId,
            timeoutInMinutesOverride: request.timeoutMinutes,
            environmentVariablesOverride: variables({
              [ownerVariable]: request.rolloutId,
              IMAGE_REPOSITORY: request.repository,
              IMAGE_TAG: request.tag,
              DOCKERFILE: request.dockerfile,
              CONTEXT: request.context,
              BUILD_ARGS: Object.entries(request.arguments)
                .map(([name, value]) => `${name}=${value}`)
                .join(' '),
              PLATFORM: request.platform,
            }),
          }),
        ),
      );
      return answer.build?.id ?? '';
    },

    find: startedBefore,

    async describe(id) {
      const [found] = await described([id]);
      return found && buildOf(found);
    },

    async stop(id) {
      // One that ended meanwhile, or is gone, is refused: what was wanted is so.
      await client.send(new StopBuildCommand({ id })).catch((error: unknown) => {
        if (!(error instanceof InvalidInputException) && !(error instanceof ResourceNotFoundException))
          throw translated(error, `Cannot stop build "${id}"`);
      });
    },
  };
}
