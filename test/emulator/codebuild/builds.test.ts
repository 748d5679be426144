import { readFileSync } from 'node:fs';
import { type Build, CodeBuildClient, StartBuildCommand, StopBuildCommand } from '@aws-sdk/client-codebuild';
import { BatchGetImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { strToU8 } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { scaledClock } from '../../../src/emulator/clock.ts';
import { eventTime } from '../../../src/emulator/codebuild/build-event.ts';
import { program } from '../../containers/folder.ts';
import { rejection } from '../front-fixture.ts';
import { region } from '../running.ts';
import { bucket, bundle, dockerfile, grants, projectInput, repositoryName, roleArn, tagged, type World, world } from './world.ts';

interface Captured {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Record<string, unknown>;
}
const captured = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../events/codebuild-build-state-change-${name}.json`, import.meta.url), 'utf8')) as Captured; // AWS's own.

/** AWS's own event of a build, less the version of its source: one from S3 has none here. */
function detailOf(name: string): Record<string, unknown> {
  const { detail } = captured(name);
  const { 'source-version': _left, ...about } = detail['additional-information'] as Record<string, unknown>; // An object, in every sample.
  return { ...detail, 'additional-information': about };
}

/** The names of a value's members at every depth, a list's by its first and last. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0]), shapeOf(value.at(-1))];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, shapeOf(one)]),
  );
}
const statuses = (w: World) => w.events.filter(({ source }) => source === 'aws.codebuild').map(({ detail }) => detail['build-status']);
const phases = (build: Build) => build.phases?.map(({ phaseType, phaseStatus }) => `${phaseType} ${phaseStatus ?? ''}`.trim());
const failureOf = (build: Build) => {
  const failed = build.phases?.find(({ phaseStatus }) => phaseStatus === 'FAILED');
  return { phase: failed?.phaseType, ...failed?.contexts?.[0] };
};

describe('a build', () => {
  it('ends as an image in ECR, under its tag, and gives out its digest', async () => {
    const w = await world();
    const build = await w.built();

    expect(build).toMatchObject({
      buildStatus: 'SUCCEEDED',
      buildComplete: true,
      currentPhase: 'COMPLETED',
      buildNumber: 1,
      initiator: 'administrator',
    });
    const { imageDetails } = await w.ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: '1.8.0' }] }));
    const digest = imageDetails?.[0]?.imageDigest;
    expect(build.exportedEnvironmentVariables).toEqual([
      { name: 'IMAGE_DIGEST', value: digest },
      { name: 'IMAGE_TAG', value: '1.8.0' },
    ]);
    // What SageMaker takes: Docker's schema 2, no index around it.
    const { images } = await w.ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest: digest }] }));
    expect(images?.[0]?.imageManifestMediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(
      w.events.filter(({ source }) => source === 'aws.ecr').map(({ detail }) => [detail['action-type'], detail['image-tag'], detail['image-digest']]),
    ).toEqual([['PUSH', '1.8.0', digest]]);
    expect(w.aws.crashes).toEqual([]);
  });

  it('goes through CodeBuild’s phases, as AWS’s captured event of one has them', async () => {
    const build = await (await world()).built();
    const sample = captured('succeeded').detail['additional-information'] as { phases: { 'phase-type': string; 'phase-status'?: string }[] };
    expect(phases(build)).toEqual(sample.phases.map((phase) => `${phase['phase-type']} ${phase['phase-status'] ?? ''}`.trim()));
    for (const [index, phase] of (build.phases ?? []).entries()) {
      const next = build.phases?.[index + 1];
      if (next) expect(phase.endTime).toEqual(next.startTime);
    }
    const whole = (build.endTime?.getTime() ?? 0) - (build.startTime?.getTime() ?? 0);
    expect(whole).toBeGreaterThan(120_000);
  });

  it('tells EventBridge of its start and its end in the captured shape', async () => {
    const w = await world();
    const build = await w.built();
    const told = w.events.filter(({ source }) => source === 'aws.codebuild');
    expect(statuses(w)).toEqual(['IN_PROGRESS', 'SUCCEEDED']);
    for (const [index, name] of ['in-progress', 'succeeded'].entries()) {
      const sample = captured(name);
      expect(told[index]).toMatchObject({ source: sample.source, detailType: sample['detail-type'], resources: [build.arn] });
      expect(shapeOf(told[index]?.detail)).toEqual(shapeOf(detailOf(name)));
      expect(told[index]?.detail).toMatchObject({
        'current-phase': sample.detail['current-phase'],
        'current-phase-context': '[]',
        'build-id': build.arn,
      });
    }
  });

  it('logs to its group, as the page it links to', async () => {
    const w = await world();
    const build = await w.built();
    expect(build.logs?.groupName).toBe('/aws/codebuild/fraud-score-image');
    expect(build.logs?.deepLink).toBe(
      `https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Fcodebuild$252Ffraud-score-image/log-events/${build.logs?.streamName}`,
    );
    const lines = w.aws.services.logs.lines(build.logs?.groupName ?? '', build.logs?.streamName).map(({ message }) => message);
    expect(lines).toContainEqual(expect.stringMatching(/^\[Container\] 2026\/11\/22 12:0\d:\d\d Entering phase BUILD$/));
    expect(lines).toContainEqual(expect.stringMatching(/^pushed .*models\/fraud-score:1\.8\.0 as sha256:[0-9a-f]{64}$/));
  });

  it('keeps every line of a long log, in its order', async () => {
    const arguments_ = Array.from({ length: 200 }, (_, index) => `A${index}=x`);
    const w = await world();
    const build = await w.built({ environmentVariablesOverride: [tagged('1'), { name: 'BUILD_ARGS', value: arguments_.join(' ') }] });
    const lines = w.aws.services.logs.lines(build.logs?.groupName ?? '').map(({ message }) => /build argument "A(\d+)"/.exec(message)?.[1]);
    expect(lines.filter((number) => number !== undefined).map(Number)).toEqual(arguments_.map((_, index) => index));
  });

  it('is of the version that is named, whatever its key has by now', async () => {
    const w = await world();
    await w.keepVersions();
    const [first, second] = [
      await w.put('source.zip', bundle({ train: program('#!/bin/sh\necho one\n') })),
      await w.put('source.zip', bundle({ train: program('#!/bin/sh\necho two\n') })),
    ];
    const digestOf = async (sourceVersion: string | undefined, tag: string) => {
      const build = await w.built({ ...(sourceVersion !== undefined && { sourceVersion }), environmentVariablesOverride: [tagged(tag)] });
      expect(build.buildStatus).toBe('SUCCEEDED');
      return build.exportedEnvironmentVariables?.[0]?.value;
    };
    const [one, two, newest] = [await digestOf(first.VersionId, '1'), await digestOf(second.VersionId, '2'), await digestOf(undefined, '3')];
    expect(newest).toBe(two);
    expect(one).not.toBe(two);
    expect(w.events.find(({ source }) => source === 'aws.codebuild')?.detail['additional-information']).toMatchObject({
      'source-version': first.VersionId,
    });
  });

  it('runs on another kind of machine where it is told, and on none that is not emulated', async () => {
    const w = await world();
    const { environment } = await w.built({
      environmentTypeOverride: 'ARM_CONTAINER',
      imageOverride: 'aws/codebuild/amazonlinux-aarch64-standard:3.0',
    });
    expect(environment).toMatchObject({ type: 'ARM_CONTAINER', image: 'aws/codebuild/amazonlinux-aarch64-standard:3.0', privilegedMode: true });
    expect((await rejection(w.start({ environmentTypeOverride: 'WINDOWS_SERVER_2022_CONTAINER' }))).message).toContain(
      'WINDOWS_SERVER_2022_CONTAINER',
    );
  });

  it('of a folder in S3 has no version', async () => {
    const w = await world();
    const error = await rejection(w.start({ sourceTypeOverride: 'S3', sourceLocationOverride: `${bucket}/folder/`, sourceVersion: 'a'.repeat(32) }));
    expect([error.name, error.message]).toEqual(['NotEmulated', expect.stringContaining('a sourceVersion of a folder in S3')]);
  });

  it('takes build arguments, another folder, another Dockerfile and another platform', async () => {
    const moved = { 'model/docker/Serve': dockerfile, 'model/train': program('#!/bin/sh\n'), 'model/serve': program('#!/bin/sh\n') };
    const w = await world({ source: bundle({ Dockerfile: 'FROM nothing\n', ...moved }) });
    const variables = { CONTEXT: './model', DOCKERFILE: 'docker/Serve', BUILD_ARGS: 'VERSION=7 OTHER=x', PLATFORM: 'linux/arm64' };
    const build = await w.built({
      environmentVariablesOverride: [tagged('7'), ...Object.entries(variables).map(([name, value]) => ({ name, value }))],
    });
    expect(build.buildStatus).toBe('SUCCEEDED');
    const image = w.aws.services.ecr.image(`000000000000.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}:7`);
    expect(image?.config).toMatchObject({ architecture: 'arm64', Labels: { version: '7' } });
  });

  it('is the same digest from the same source, and the same trace from the same seed', async () => {
    const run = async (seed: number) => {
      const trace: string[] = [];
      const w = await world({ seed, trace: (line) => trace.push(line) });
      const build = await w.built();
      return {
        trace,
        digest: build.exportedEnvironmentVariables?.[0]?.value,
        seconds: build.phases?.map(({ durationInSeconds }) => durationInSeconds),
      };
    };
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(one);
    expect(other.digest).toBe(one.digest);
    expect(other.seconds).not.toEqual(one.seconds);
  });

  it('is stopped where it stands, and told so', async () => {
    const w = await world();
    const { id } = await w.start();
    await w.clock.advance(60_000);
    const { build = {} } = await w.client.send(new StopBuildCommand({ id }));
    expect(build).toMatchObject({ buildStatus: 'STOPPED', buildComplete: true });
    expect(phases(build)?.slice(-2)).toEqual(['BUILD STOPPED', 'COMPLETED']);
    await w.clock.advance(3_600_000);
    expect(await w.get(id)).toEqual(build);
    expect((await w.client.send(new StopBuildCommand({ id }))).build).toEqual(build);
    expect(statuses(w)).toEqual(['IN_PROGRESS', 'STOPPED']);
    const lines = w.aws.services.logs.lines(build.logs?.groupName ?? '').map(({ message }) => message);
    expect(lines.at(-1)).toMatch(/Entering phase BUILD$/);
    expect((await w.ecr.send(new DescribeImagesCommand({ repositoryName }))).imageDetails).toEqual([]);
  });

  it('is given up when its time is over', async () => {
    // With this seed the phases take longer than five minutes together.
    const w = await world({ seed: 2 });
    const build = await w.built({ timeoutInMinutesOverride: 5 });
    expect(build).toMatchObject({ buildStatus: 'TIMED_OUT', timeoutInMinutes: 5 });
    expect(build.phases?.at(-2)).toMatchObject({ phaseType: 'BUILD', phaseStatus: 'TIMED_OUT', contexts: [{ statusCode: 'BUILD_TIMED_OUT' }] });
    expect((build.endTime?.getTime() ?? 0) - (build.startTime?.getTime() ?? 0)).toBe(300_000);
    expect(statuses(w)).toEqual(['IN_PROGRESS', 'TIMED_OUT']);
  });
});

describe('a build on the wall’s clock', () => {
  it('takes CodeBuild’s time for what is CodeBuild’s, and its own for the image', async () => {
    // Ten minutes pass in a second.
    const w = await world({ clock: scaledClock(600) });
    const { id } = await w.start();
    await vi.waitFor(async () => expect(await w.get(id)).toMatchObject({ buildComplete: true }), { timeout: 20_000, interval: 20 });
    const build = await w.get(id);
    expect(build.buildStatus).toBe('SUCCEEDED');
    const seconds = new Map(build.phases?.map(({ phaseType, durationInSeconds = 0 }) => [phaseType, durationInSeconds]));
    expect(seconds.get('PROVISIONING')).toBeGreaterThanOrEqual(20);
    expect(w.aws.crashes).toEqual([]);
  });

  it('ends with the emulator', async () => {
    const w = await world({ clock: scaledClock(600) });
    await w.start();
    await w.aws.stop();
    expect(w.aws.crashes).toEqual([]);
  });
});

describe('a build fails', () => {
  it('in BUILD with the packer’s words where the Dockerfile needs Docker, told in the captured shape', async () => {
    const w = await world({
      source: bundle({ Dockerfile: `${dockerfile}RUN npm ci\nFROM node:24\n` }),
    });
    const build = await w.built();

    expect(build.buildStatus).toBe('FAILED');
    const { phase, statusCode, message } = failureOf(build);
    expect([phase, statusCode]).toEqual(['BUILD', 'COMMAND_EXECUTION_ERROR']);
    expect(message?.split('\n')).toEqual([
      'Error while executing command: docker build. Reason: Dockerfile:7: RUN needs a Docker build; run it on your side and COPY its result, or push an image that Docker has built',
      'Dockerfile:8: a second FROM makes a multi-stage build; build the earlier stage on your side and COPY its result',
    ]);
    const event = w.events.findLast(({ source }) => source === 'aws.codebuild');
    expect(shapeOf(event?.detail)).toEqual(shapeOf(detailOf('failed')));
    const about = event?.detail['additional-information'] as { phases: { 'phase-context'?: string[] }[] } | undefined;
    const told = about?.phases.at(-2);
    expect(told?.['phase-context']).toEqual([`COMMAND_EXECUTION_ERROR: ${message}`]);
    const lines = w.aws.services.logs.lines('/aws/codebuild/fraud-score-image').map((line) => line.message);
    expect(lines).toContainEqual(expect.stringMatching(/^error: Dockerfile:7: RUN needs/));
  });

  it.each<[string, Parameters<typeof world>[0], Record<string, string>, string, RegExp]>([
    ['without its tag', {}, { IMAGE_TAG: '' }, 'PRE_BUILD', /IMAGE_TAG is not set: give it as an environment variable/],
    ['with a tag no image can have', {}, { IMAGE_TAG: 'a b' }, 'PRE_BUILD', /IMAGE_TAG is "a b", expected up to 128 letters/],
    ['with a folder outside the source', {}, { CONTEXT: '../x' }, 'PRE_BUILD', /CONTEXT is "\.\.\/x", expected a path inside/],
    ['with a folder that is not there', {}, { CONTEXT: 'none' }, 'BUILD', /CONTEXT is "none", and the source has no such folder/],
    ['with a platform of no Linux', {}, { PLATFORM: 'windows/amd64' }, 'PRE_BUILD', /PLATFORM is "windows\/amd64", expected linux\/amd64 or/],
    ['with arguments that are none', {}, { BUILD_ARGS: 'VERSION' }, 'PRE_BUILD', /BUILD_ARGS has "VERSION", expected NAME=value/],
    ['without a Dockerfile', {}, { DOCKERFILE: 'Other' }, 'BUILD', /Other: the folder has none/],
    [
      'without its repository',
      {},
      { IMAGE_REPOSITORY: 'models/none' },
      'PRE_BUILD',
      /describe-repositories\. Reason: .*not authorized to perform: ecr:DescribeRepositories/,
    ],
    [
      'in an environment that is not privileged',
      { project: { environment: { ...projectInput.environment, privilegedMode: false } } },
      {},
      'BUILD',
      /Cannot connect to the Docker daemon .* needs PrivilegedMode/,
    ],
    [
      'where the source is no zip',
      { source: strToU8('hello') },
      {},
      'DOWNLOAD_SOURCE',
      /^zip: not a valid zip file for primary source and source version arn:aws:s3:::sources\/source\.zip$/,
    ],
    ['where a fault wants it', { faults: { buildOutcome: () => 'failed' } }, {}, 'BUILD', /docker build\. Reason: exit status 1/],
  ])('%s', async (_, options, variables, phase, message) => {
    const w = await world(options);
    const given = { IMAGE_TAG: '1', ...variables };
    const build = await w.built({ environmentVariablesOverride: Object.entries(given).map(([name, value]) => ({ name, value })) });
    expect(build.buildStatus).toBe('FAILED');
    expect(failureOf(build).phase).toBe(phase);
    expect(failureOf(build).message).toMatch(message);
    expect(w.aws.crashes).toEqual([]);
  });

  it('where the source is not there', async () => {
    const w = await world();
    const build = await w.built({ sourceTypeOverride: 'S3', sourceLocationOverride: `${bucket}/none.zip` });
    expect(failureOf(build)).toMatchObject({
      phase: 'DOWNLOAD_SOURCE',
      statusCode: 'CLIENT_ERROR',
      message: 'NoSuchKey: The specified key does not exist. status code: 404 for primary source and source version arn:aws:s3:::sources/none.zip',
    });
  });

  it.each([
    ['is none of its source', 'a'.repeat(32), /^NoSuchVersion: .*status code: 404 for primary source/],
    ['is no version at all', '9b1c2d3', /^InvalidArgument: Invalid version id specified status code: 400 for primary source/],
  ])('where the version it is asked for %s', async (_, sourceVersion, message) => {
    const build = await (await world()).built({ sourceVersion });
    expect(build.sourceVersion).toBe(sourceVersion);
    expect(failureOf(build)).toMatchObject({
      phase: 'DOWNLOAD_SOURCE',
      statusCode: 'CLIENT_ERROR',
      message: expect.stringMatching(message) as string,
    });
  });

  it('where its tag is taken: tags are immutable, and one image is not taken for another', async () => {
    const w = await world();
    const first = await w.built();
    await w.put('source.zip', bundle({ train: program('#!/bin/sh\necho two\n') }));
    const second = await w.built();
    expect(failureOf(second).phase).toBe('PRE_BUILD');
    expect(failureOf(second).message).toContain(
      `the tag "1.8.0" of "models/fraud-score" is taken, by ${first.exportedEnvironmentVariables?.[0]?.value}`,
    );
  });

  it('to start where a role is throttled, and then nothing has begun', async () => {
    const w = await world({ faults: { rates: { throttle: 1 } } });
    const client = new CodeBuildClient({
      region,
      maxAttempts: 1,
      requestHandler: w.aws.requestHandler,
      credentials: w.aws.identities.accessKeyFor(roleArn),
    });
    const error = await rejection(client.send(new StartBuildCommand({ projectName: projectInput.name })));
    expect([error.name, error.message]).toEqual(['ThrottlingException', 'Rate exceeded']);
    expect(w.events).toEqual([]);
  });

  it('by chance, where that fault has a rate', async () => {
    const w = await world({ faults: { rates: { 'build-failed': 1 } } });
    expect((await w.built()).buildStatus).toBe('FAILED');
    expect(w.aws.faults.counts()).toEqual({ 'build-failed': 1 });
    w.aws.faults.heal();
    expect((await w.built()).buildStatus).toBe('SUCCEEDED');
  });
});

describe('the service role', () => {
  it.each<[keyof typeof grants, string, RegExp]>([
    ['readSource', 'DOWNLOAD_SOURCE', /^AccessDenied.*s3:GetObject on.* for primary source/],
    [
      'writeLogs',
      'PROVISIONING',
      /^Service role .*\/image-build does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build arn.*logs:CreateLogStream/,
    ],
    ['logIn', 'PRE_BUILD', /docker login\. Reason: .*ecr:GetAuthorizationToken/],
    ['push', 'PRE_BUILD', /describe-repositories\. Reason: .*ecr:DescribeRepositories/],
  ])('is all a build may use: without %s it fails in %s', async (missing, phase, message) => {
    const { [missing]: _left, ...rest } = grants;
    const w = await world({ statements: Object.values(rest) });
    const build = await w.built();
    expect(failureOf(build).phase).toBe(phase);
    expect(failureOf(build).message).toMatch(message);
  });

  it.each(grants.push.Action)('needs %s to push', async (action) => {
    const push = { ...grants.push, Action: grants.push.Action.filter((one) => one !== action) };
    const build = await (await world({ statements: Object.values({ ...grants, push }) })).built();
    expect(build.buildStatus).toBe('FAILED');
    expect(failureOf(build).message).toContain(`is not authorized to perform: ${action} on resource`);
  });

  it('needs s3:GetObjectVersion for a version of its source, and no more than that', async () => {
    const { readSource, ...rest } = grants;
    const ofVersion = async (Action: string) => {
      const w = await world({ statements: [...Object.values(rest), { ...readSource, Action }] });
      await w.keepVersions();
      return failureOf(await w.built({ sourceVersion: (await w.put('source.zip', bundle())).VersionId })).message;
    };
    expect(await ofVersion('s3:GetObject')).toMatch(/^AccessDenied.*s3:GetObjectVersion.* for primary source/);
    expect(await ofVersion('s3:GetObjectVersion')).toBeUndefined();
  });

  it('is asked for again at every build', async () => {
    const w = await world();
    w.aws.identities.deleteRole(roleArn);
    expect(failureOf(await w.built())).toMatchObject({
      phase: 'PROVISIONING',
      message: `CodeBuild is not authorized to perform: sts:AssumeRole on ${roleArn}`,
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('gets through throttling and lost answers, as AWS’s tools do (seed %i)', async (seed) => {
    const w = await world({ seed, faults: { rates: { throttle: 0.1, 'timeout-before': 0.1, 'timeout-after': 0.15 } } });
    const build = await w.built();
    expect(Object.keys(w.aws.faults.counts()).length).toBeGreaterThan(1);
    expect([build.buildStatus, failureOf(build).message]).toEqual(['SUCCEEDED', undefined]);
  });
});

describe('eventTime()', () => {
  // Times AWS's own example writes, and the two noons of a clock of twelve hours.
  it.each([
    ['2026-10-05T08:36:01Z', 'Oct 5, 2026 8:36:01 AM'],
    ['2026-01-31T12:00:00Z', 'Jan 31, 2026 12:00:00 PM'],
    ['2026-12-09T00:05:09Z', 'Dec 9, 2026 12:05:09 AM'],
    ['2026-07-01T23:59:59Z', 'Jul 1, 2026 11:59:59 PM'],
  ])('writes %s as %s', (at, text) => {
    expect(eventTime(Date.parse(at))).toBe(text);
  });
});
