import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { beforeEach, describe, expect, test } from 'vitest';
import { codeBuilds } from '../../src/aws/builds.ts';
import type { BuildRequest } from '../../src/ports/builds.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { noonMs } from '../rollout/fixture.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const builds = (region = 'eu-west-1') => codeBuilds('sluice-image-build', region, new CodeBuildClient(aws.options));
const request = (source: BuildRequest['source'], over: Partial<BuildRequest> = {}): BuildRequest => ({
  rolloutId: 'churn-bbbbbbbbbbbb-1',
  source,
  dockerfile: 'docker/Dockerfile',
  context: 'model',
  arguments: {},
  platform: 'linux/arm64',
  repository: 'models/churn',
  tag: 'churn-bbbbbbbbbbbb-1',
  timeoutMinutes: 60,
  ...over,
});
const commit = 'a'.repeat(40);
const codecommit = { type: 'codecommit', location: 'churn', version: commit } as const;
const environmentOf = (rollout: string) => ({
  type: 'LINUX_CONTAINER' as const,
  image: 'x',
  computeType: 'BUILD_GENERAL1_SMALL' as const,
  environmentVariables: [{ name: 'ROLLOUT', value: rollout }],
});
/** CodeBuild with builds that were started before, newest first, a page each. */
const having = (...pages: { id: string; rollout: string; startedAtMs: number }[][]) =>
  aws.serve('codebuild', {
    ListBuildsForProject: (input) => {
      const page = Number((input as { nextToken?: string }).nextToken ?? 0); // As CodeBuild takes it.
      return { ids: pages[page]?.map(({ id }) => id) ?? [], ...(page + 1 < pages.length && { nextToken: String(page + 1) }) };
    },
    BatchGetBuilds: (input) => ({
      builds: pages
        .flat()
        .filter(({ id }) => (input as { ids: string[] }).ids.includes(id)) // As above.
        .map(({ id, rollout, startedAtMs }) => ({ id, startTime: new Date(startedAtMs), environment: environmentOf(rollout) })),
    }),
    StartBuild: () => ({ build: { id: 'sluice-image-build:new' } }),
  });

describe('start()', () => {
  test.each<[string, BuildRequest['source'], string, object]>([
    [
      'a bundle in S3, at its version',
      { type: 's3', location: 's3://sources/churn/v1.zip', version: 'abc' },
      'eu-west-1',
      { sourceTypeOverride: 'S3', sourceLocationOverride: 'sources/churn/v1.zip', sourceVersion: 'abc' },
    ],
    [
      'a commit of CodeCommit',
      codecommit,
      'eu-west-1',
      {
        sourceTypeOverride: 'CODECOMMIT',
        sourceLocationOverride: 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn',
        sourceVersion: commit,
      },
    ],
    [
      'a commit of CodeCommit in China',
      codecommit,
      'cn-north-1',
      { sourceLocationOverride: 'https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/churn' },
    ],
    [
      'a commit of CodeCommit for a government',
      codecommit,
      'us-gov-west-1',
      { sourceLocationOverride: 'https://git-codecommit.us-gov-west-1.amazonaws.com/v1/repos/churn' },
    ],
  ])('builds %s', async (_, source, region, asked) => {
    having([]);
    expect(await builds(region).start(request(source), noonMs)).toBe('sluice-image-build:new');
    expect(aws.asked('StartBuild')).toMatchObject([
      { projectName: 'sluice-image-build', idempotencyToken: 'churn-bbbbbbbbbbbb-1', timeoutInMinutesOverride: 60, ...asked },
    ]);
  });

  test.each([
    ['linux/arm64' as const, { environmentTypeOverride: 'ARM_CONTAINER', imageOverride: expect.stringContaining('aarch64') as string }],
    ['linux/amd64' as const, { environmentTypeOverride: undefined, imageOverride: undefined }],
  ])('builds for %s on that very processor: on another one no RUN of a Dockerfile would run', async (platform, environment) => {
    having([]);
    await builds().start(request(codecommit, { platform }), noonMs);
    const [asked] = aws.asked('StartBuild') as { environmentTypeOverride?: string; imageOverride?: string }[]; // As CodeBuild takes it.
    expect({ environmentTypeOverride: asked?.environmentTypeOverride, imageOverride: asked?.imageOverride }).toEqual(environment);
  });

  test('names no version where the bucket has none', async () => {
    having([]);
    await builds().start(request({ type: 's3', location: 's3://sources/churn/v1.zip' }), noonMs);
    expect(aws.asked('StartBuild')[0]).not.toHaveProperty('sourceVersion');
  });

  test.each(['s3://sources/churn.tar.gz', 's3://sources/churn.tgz', 's3://sources/churn.tar'])(
    'asks for no build of %s, which CodeBuild does not unpack',
    async (location) => {
      having([]);
      expect(await rejection(builds().start(request({ type: 's3', location }), noonMs))).toMatchObject({
        name: 'Refused',
        message: `Cannot start a build of "${location}": CodeBuild unpacks a .zip alone; put the source there as one`,
      });
      expect(aws.asked('StartBuild')).toEqual([]);
    },
  );

  const other = (id: string, startedAtMs: number) => ({ id, rollout: 'churn-cccccccccccc-1', startedAtMs });
  test('takes the build it started before, on whatever page', async () => {
    having([other('p:3', noonMs + 2000)], [{ id: 'p:2', rollout: 'churn-bbbbbbbbbbbb-1', startedAtMs: noonMs + 1000 }], [other('p:1', noonMs)]);
    expect(await builds().start(request(codecommit), noonMs)).toBe('p:2');
    expect(aws.asked('StartBuild')).toEqual([]);
  });

  test('looks no further back than the rollout goes', async () => {
    having([other('p:3', noonMs + 2000)], [other('p:2', noonMs - 1)], [{ id: 'p:1', rollout: 'churn-bbbbbbbbbbbb-1', startedAtMs: noonMs - 2 }]);
    expect(await builds().start(request(codecommit), noonMs)).toBe('sluice-image-build:new');
    expect(aws.asked('ListBuildsForProject')).toHaveLength(2);
  });
});

describe('describe()', () => {
  const described = (build: object) => {
    aws.serve('codebuild', { BatchGetBuilds: () => ({ builds: [{ id: 'p:1', buildStatus: 'IN_PROGRESS', currentPhase: 'BUILD', ...build }] }) });
    return builds().describe('p:1');
  };
  test('tells what runs', async () => expect(await described({})).toEqual({ id: 'p:1', status: 'IN_PROGRESS', phase: 'BUILD' }));
  test('tells the digest it exported, and its log', async () => {
    expect(
      await described({
        buildStatus: 'SUCCEEDED',
        currentPhase: 'COMPLETED',
        logs: { deepLink: 'https://log' },
        exportedEnvironmentVariables: [
          { name: 'OTHER', value: 'x' },
          { name: 'IMAGE_DIGEST', value: 'sha256:b' },
        ],
        phases: [{ phaseType: 'BUILD', phaseStatus: 'SUCCEEDED' }, { phaseType: 'COMPLETED' }],
      }),
    ).toEqual({ id: 'p:1', status: 'SUCCEEDED', phase: 'COMPLETED', logLink: 'https://log', imageDigest: 'sha256:b' });
  });
  test('takes an empty digest for none', async () => {
    expect(await described({ exportedEnvironmentVariables: [{ name: 'IMAGE_DIGEST', value: '' }] })).not.toHaveProperty('imageDigest');
  });
  test('tells the first phase that failed, with its words', async () => {
    const phases = [
      {
        phaseType: 'DOWNLOAD_SOURCE',
        phaseStatus: 'CLIENT_ERROR',
        contexts: [{ statusCode: 'CLIENT_ERROR', message: 'access denied' }, { message: 'twice' }],
      },
      { phaseType: 'FINALIZING', phaseStatus: 'FAILED', contexts: [{ statusCode: 'x', message: 'later' }] },
    ];
    expect(await described({ buildStatus: 'FAILED', phases })).toMatchObject({
      phase: 'DOWNLOAD_SOURCE',
      failure: 'CLIENT_ERROR: access denied; twice',
    });
  });
  test('knows nothing of a build that is gone', async () => {
    aws.serve('codebuild', { BatchGetBuilds: () => ({ builds: [], buildsNotFound: ['p:1'] }) });
    expect(await builds().describe('p:1')).toBeUndefined();
  });
  test('a throttle may be tried again', async () => {
    aws.serve('codebuild', { BatchGetBuilds: refuse('ThrottlingException', 'Rate exceeded') });
    expect((await rejection(builds().describe('p:1'))).name).toBe('Throttled');
  });
});
