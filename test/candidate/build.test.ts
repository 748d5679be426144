import { describe, expect, test } from 'vitest';
import { build } from '../../src/candidate/build.ts';
import { keys } from '../../src/rollout/keys.ts';
import { finish } from '../../src/rollout/finish.ts';
import { wait } from '../../src/rollout/wait.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { digestOf, imageOf, noonMs } from '../rollout/fixture.ts';
import { fromSource, id, type Making, making } from './world.ts';

const delivery = {
  triggers: [{ type: 'bundle-uploaded' as const, bucket: 'models', key: 'sources/*' }],
  build: { repository: 'models/churn', timeout: '20m', arguments: { MODE: 'fast' } },
};
const building = (begun = fromSource()) => making(delivery, begun);
const variablesOf = (input: unknown) =>
  Object.fromEntries(
    (input as { environmentVariablesOverride: { name: string; value: string }[] }).environmentVariablesOverride.map(({ name, value }) => [
      name,
      value,
    ]),
  ); // As CodeBuild takes them.

const abort = (m: Making) => m.s.w.rollouts.post(id, { id: 'a', key: keys.acts(id), atMs: noonMs, text: 'abort', act: { kind: 'abort', by: 'ana' } });

describe('build()', () => {
  test('asks CodeBuild for one build of this very source, into a tag that is the rollout’s id', async () => {
    const m = await building();
    expect([(await build(id, m.s.ports)).answer, (await build(id, m.s.ports)).answer]).toEqual(['building', 'building']);
    expect(m.asked('StartBuild')).toMatchObject([
      {
        projectName: 'sluice-build',
        sourceTypeOverride: 'S3',
        sourceLocationOverride: 'models/sources/churn-9b1c2d3.zip',
        sourceVersion: 'v7',
        timeoutInMinutesOverride: 20,
      },
    ]);
    expect(variablesOf(m.asked('StartBuild')[0])).toMatchObject({
      IMAGE_REPOSITORY: 'models/churn',
      IMAGE_TAG: id,
      DOCKERFILE: 'Dockerfile',
      CONTEXT: '.',
      PLATFORM: 'linux/amd64',
    });
    expect(await m.now()).toMatchObject({ phase: 'Building', candidate: { buildId: 'sluice-build:1' } });
    expect(await m.s.w.rollouts.watchersOf(keys.build('sluice-build:1'))).toEqual([id]);
    expect((await m.s.kinds()).filter((kind) => kind === 'build-asked')).toHaveLength(1);
  });

  test('builds for the processor of the instances it will serve on', async () => {
    const m = await making({ ...delivery, serve: { endpoint: 'churn', instanceType: 'ml.c7g.large' } }, fromSource());
    await build(id, m.s.ports);
    expect(variablesOf(m.asked('StartBuild')[0])['PLATFORM']).toBe('linux/arm64');
  });

  test('an image that is trained with, and does not serve, is built for the instances it trains on', async () => {
    const serve = { endpoint: 'churn', instanceType: 'ml.c7g.large', image: imageOf('d') };
    const train = { instanceType: 'ml.m5.large', channels: {} };
    const m = await making({ ...delivery, serve, train }, fromSource());
    await build(id, m.s.ports);
    expect(variablesOf(m.asked('StartBuild')[0])['PLATFORM']).toBe('linux/amd64');
  });

  test('finds the build again whose answer was lost between the call and the save', async () => {
    const m = await building();
    const dying = {
      ...m.s.ports,
      builds: {
        ...m.s.ports.builds,
        start: async (...asked: Parameters<typeof m.s.ports.builds.start>) => {
          await m.s.ports.builds.start(...asked);
          throw new Error('the function died here');
        },
      },
    };
    await rejection(build(id, dying));
    expect((await m.now()).candidate.buildId).toBeUndefined();
    expect((await build(id, m.s.ports)).answer).toBe('building');
    expect(m.asked('StartBuild')).toHaveLength(1);
    expect((await m.now()).candidate.buildId).toBe('sluice-build:1');
  });

  /** As where a start's answer is lost on its way: CodeBuild builds, and the rollout knows of no build. */
  async function lost() {
    const m = await building();
    await build(id, m.s.ports);
    const found = await m.now();
    const { buildId: _, ...candidate } = found.candidate;
    await m.s.w.rollouts.save({ ...found, candidate }, [], noonMs);
    return m;
  }

  test.each([
    ['by the stage itself, where a person aborts', async (m: Making) => void (await abort(m), await build(id, m.s.ports))],
    ['by the end of the rollout, whoever ends it', async (m: Making) => void (await finish(id, { error: 'States.Timeout', text: '' }, m.s.ports))],
  ])('a build whose answer was lost is found and stopped %s', async (_, ends) => {
    const m = await lost();
    await ends(m);
    expect(m.builds.map(({ buildStatus }) => buildStatus)).toEqual(['STOPPED']);
  });

  test('a rollout ends also where CodeBuild will not say what it builds, and names what may be left', async () => {
    const m = await lost();
    m.refusals.set('ListBuildsForProject', ['AccessDeniedException', 'not authorized to perform: codebuild:ListBuildsForProject']);
    await finish(id, { error: 'States.Timeout', text: '' }, m.s.ports);
    expect((await m.s.w.rollouts.ledger(id)).find(({ kind }) => kind === 'cleaned-up')?.text).toMatch(
      /^left behind: the build, if there is one \(.*codebuild:ListBuildsForProject/,
    );
  });

  test('the end of a rollout that builds nothing asks CodeBuild for no build', async () => {
    const m = await making({}, fromSource());
    await finish(id, { error: 'States.Timeout', text: '' }, m.s.ports);
    expect(m.asked('ListBuildsForProject')).toEqual([]);
  });

  test('takes no build of another rollout for its own', async () => {
    const m = await building();
    await build(id, m.s.ports);
    const [first] = m.builds;
    if (first) first.environment.environmentVariables = [{ name: 'ROLLOUT', value: 'churn-cccccccccccc-1' }];
    const found = await m.now();
    const { buildId: _, ...candidate } = found.candidate;
    await m.s.w.rollouts.save({ ...found, candidate }, [], noonMs);
    await build(id, m.s.ports);
    expect(m.builds.map(({ id: buildId }) => buildId)).toEqual(['sluice-build:1', 'sluice-build:2']);
    expect((await m.now()).candidate.buildId).toBe('sluice-build:2');
  });

  test('ends with AWS’s own words where CodeBuild refuses', async () => {
    const m = await building();
    m.refusals.set('StartBuild', ['AccountLimitExceededException', 'Cannot have more than 20 builds in queue for the account']);
    expect((await build(id, m.s.ports)).answer).toBe('failed');
    expect((await m.now()).ending).toEqual({
      outcome: 'Failed',
      reason: 'build-failed',
      text: 'Cannot start a build of "s3://models/sources/churn-9b1c2d3.zip": AccountLimitExceededException: Cannot have more than 20 builds in queue for the account',
      page: false,
    });
  });

  test('is asked again after a throttle, and has promised nothing', async () => {
    const m = await building();
    m.refusals.set('StartBuild', ['ThrottlingException', 'Rate exceeded']);
    expect((await rejection(build(id, m.s.ports))).name).toBe('Throttled');
    m.refusals.clear();
    expect((await build(id, m.s.ports)).answer).toBe('building');
    expect(m.builds).toHaveLength(1);
  });

  async function ended(over: object, pushed: string | undefined) {
    const m = await building();
    await build(id, m.s.ports);
    Object.assign(m.builds[0] ?? {}, { currentPhase: 'COMPLETED', ...over });
    if (pushed !== undefined) m.tags.set(`models/churn:${id}`, pushed);
    const { answer } = await build(id, m.s.ports);
    return { m, answer, now: await m.now() };
  }
  const said = (digest: string) => ({ buildStatus: 'SUCCEEDED', exportedEnvironmentVariables: [{ name: 'IMAGE_DIGEST', value: digest }] });

  test('goes on with the digest the registry has under the tag', async () => {
    const { m, answer, now } = await ended(said(digestOf('c')), digestOf('c'));
    expect([answer, now.candidate.images]).toEqual(['completed', [imageOf('c')]]);
    // Built is built: the next call builds nothing.
    expect((await build(id, m.s.ports)).answer).toBe('skipped');
    expect((await m.s.kinds()).filter((kind) => kind === 'built')).toHaveLength(1);
  });

  test.each([
    [
      'says another digest than the registry has',
      said(digestOf('c')),
      digestOf('d'),
      /says it pushed sha256:c+, models\/churn:churn-bbbbbbbbbbbb-1 is sha256:d+$/,
    ],
    ['pushed nothing', said(digestOf('c')), undefined, /succeeded and pushed no image models\/churn:churn-bbbbbbbbbbbb-1$/],
  ])('fails where a build that succeeded %s', async (_, over, pushed, text) => {
    const { answer, now } = await ended(over, pushed);
    expect([answer, now.candidate.images]).toEqual(['failed', undefined]);
    expect(now.ending).toMatchObject({ outcome: 'Failed', reason: 'build-failed', text: expect.stringMatching(text) as string });
  });

  const failedPhase = (phaseStatus: string, contexts: object[]) => [
    { phaseType: 'SUBMITTED', phaseStatus: 'SUCCEEDED', contexts: [{ statusCode: '', message: '' }] },
    { phaseType: 'BUILD', phaseStatus, contexts },
    { phaseType: 'COMPLETED' },
  ];
  test.each([
    [
      'FAILED',
      failedPhase('FAILED', [
        { statusCode: 'COMMAND_EXECUTION_ERROR', message: 'Error while executing command: docker build. Reason: exit status 1' },
      ]),
      'build-failed',
      'build sluice-build:1 is FAILED in phase BUILD: COMMAND_EXECUTION_ERROR: Error while executing command: docker build. Reason: exit status 1; its log: https://console/log',
    ],
    [
      'TIMED_OUT',
      failedPhase('TIMED_OUT', []),
      'build-failed',
      'build sluice-build:1 is TIMED_OUT in phase BUILD: it gave no reason; its log: https://console/log',
    ],
    // CodeBuild writes an empty context beside a phase that was stopped.
    [
      'STOPPED',
      failedPhase('STOPPED', [{ statusCode: '', message: '' }]),
      'build-stopped',
      'build sluice-build:1 is STOPPED in phase BUILD: it gave no reason; its log: https://console/log',
    ],
    ['FAULT', [], 'build-failed', 'build sluice-build:1 is FAULT in phase COMPLETED: it gave no reason; its log: https://console/log'],
  ])('tells phase, words and log of a build that is %s', async (buildStatus, phases, reason, text) => {
    const { answer, now } = await ended({ buildStatus, phases, logs: { deepLink: 'https://console/log' } }, undefined);
    expect(answer).toBe('failed');
    expect(now.ending).toEqual({ outcome: 'Failed', reason, text, page: false });
  });

  test('skips what was asked for as an image, and source that only brings a training script', async () => {
    const image = await making(delivery, {});
    const script = await making({}, fromSource());
    expect([(await build(id, image.s.ports)).answer, (await build(id, script.s.ports)).answer]).toEqual(['skipped', 'skipped']);
    expect([...image.asked('StartBuild'), ...script.asked('StartBuild')]).toEqual([]);
  });

  test('aborted while it runs: the build is stopped, and nothing is asked of it again', async () => {
    const m = await building();
    await build(id, m.s.ports);
    await abort(m);
    expect((await build(id, m.s.ports)).answer).toBe('failed');
    expect(m.builds.map(({ buildStatus }) => buildStatus)).toEqual(['STOPPED']);
    expect((await m.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'aborted' });
    await build(id, m.s.ports);
    expect(m.asked('StopBuild')).toHaveLength(1);
  });

  test.each([
    ['ResourceNotFoundException', 'Build cannot be found'],
    ['InvalidInputException', 'The build has ended'],
  ])('aborted as the build ends by itself: that there is nothing to stop is fine (%s)', async (...refusal) => {
    const m = await building();
    await build(id, m.s.ports);
    await abort(m);
    m.refusals.set('StopBuild', refusal);
    expect((await build(id, m.s.ports)).answer).toBe('failed');
  });

  test('that a build may not be stopped is no silence: it costs money on', async () => {
    const m = await building();
    await build(id, m.s.ports);
    await abort(m);
    m.refusals.set('StopBuild', ['AccessDeniedException', 'not authorized to perform: codebuild:StopBuild']);
    expect((await rejection(build(id, m.s.ports))).message).toContain('codebuild:StopBuild');
  });

  test('the end of a rollout stops a build that still runs, whoever ended it', async () => {
    const m = await building();
    await build(id, m.s.ports);
    await finish(id, { error: 'States.Timeout', text: '' }, m.s.ports);
    expect(m.builds.map(({ buildStatus }) => buildStatus)).toEqual(['STOPPED']);
    expect(await m.s.w.rollouts.watchersOf(keys.build('sluice-build:1'))).toEqual([]);
  });

  test('its wait sleeps while the build runs, and is over once it has ended or a person stops it', async () => {
    const woken = (m: Awaited<ReturnType<typeof building>>) => m.asked('SendTaskSuccess').map((input) => (input as { output: string }).output); // As Step Functions takes it.
    const m = await building();
    await build(id, m.s.ports);
    await wait(id, 'build', 'token-1', m.s.ports);
    expect(woken(m)).toEqual([]);
    Object.assign(m.builds[0] ?? {}, { buildStatus: 'SUCCEEDED' });
    await wait(id, 'build', 'token-2', m.s.ports);
    expect(woken(m)).toEqual(['{"woken":"the build is SUCCEEDED"}']);
    const other = await building();
    await build(id, other.s.ports);
    await abort(other);
    await wait(id, 'build', 'token-3', other.s.ports);
    expect(woken(other)).toEqual(['{"woken":"abort by ana"}']);
  });
});
