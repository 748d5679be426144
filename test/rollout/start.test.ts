import { describe, expect, test } from 'vitest';
import { keys } from '../../src/rollout/keys.ts';
import type { Rollout } from '../../src/rollout/rollout.ts';
import { start } from '../../src/rollout/start.ts';
import type { RolloutRequest } from '../../src/triggers/trigger.ts';
import { bundle, fromSource, id, type Making, making, packageArn } from '../candidate/world.ts';
import { digestOf, imageOf, noonMs, request } from './fixture.ts';

const registered = { triggers: [{ type: 'model-approved' as const, packageGroup: 'churn' }] };
const later = { trigger: 'x', occurredAtMs: noonMs + 60_000 };
const approved = (version: number): RolloutRequest => ({
  ...later,
  kind: 'package',
  packageArn: packageArn(version),
  dedupeKey: packageArn(version),
});
const rejected = (version: number): RolloutRequest => ({
  ...later,
  kind: 'instead',
  packageArn: packageArn(version),
  dedupeKey: `instead-of/${version}`,
});
const retrain: RolloutRequest = { ...later, kind: 'retrain', because: 'drift', dedupeKey: 'drift-1' };

/** The rollout of the fixture has ended, and serves. */
async function serving(source: Parameters<typeof making>[0], begun: Partial<Rollout>): Promise<Making> {
  const m = await making(source, begun);
  const found = await m.now();
  const ending = { outcome: 'Succeeded', reason: 'promoted', text: 'promoted', page: false } as const;
  const ended = await m.s.w.rollouts.end({ ...found, phase: 'Ended', ending, outcome: 'Succeeded', endedAtMs: noonMs }, [], noonMs);
  await m.s.w.rollouts.close(ended, noonMs);
  m.s.clock.ms = noonMs + 60_000;
  return m;
}
const version = (m: Making, number: number, ModelApprovalStatus: string) =>
  m.packages.push({ ModelPackageArn: packageArn(number), ModelApprovalStatus, ModelPackageStatus: 'Completed', CreationTime: new Date(number) });
const begun = async (m: Making, answer: Awaited<ReturnType<typeof start>>) =>
  'rolloutId' in answer ? (await m.s.w.rollouts.find(answer.rolloutId))?.candidate : undefined;

describe('start() for events in any order', () => {
  const image = (letter: string, occurredAtMs: number): RolloutRequest => ({
    ...request({ occurredAtMs }),
    imageDigest: digestOf(letter),
    dedupeKey: digestOf(letter),
  });

  test('puts nothing older in the place of what serves: its event was late', async () => {
    const m = await serving({}, {});
    const answer = await start('churn', image('c', noonMs - 60_000), m.s.ports);
    expect(answer).toMatchObject({ answer: 'ignored', reason: 'older-than-another', text: expect.stringContaining(id) as string });
    expect(await start('churn', image('c', noonMs + 1), m.s.ports)).toMatchObject({ answer: 'started' });
  });

  test('queues nothing older behind what is under way, and nothing older in the place of what waits', async () => {
    const m = await making({ concurrency: 'queue' });
    expect(await start('churn', image('c', noonMs - 60_000), m.s.ports)).toMatchObject({ answer: 'ignored', reason: 'older-than-another' });
    expect(await start('churn', image('d', noonMs + 60_000), m.s.ports)).toMatchObject({ answer: 'queued' });
    expect(await start('churn', image('e', noonMs + 30_000), m.s.ports)).toMatchObject({ answer: 'ignored', reason: 'older-than-another' });
  });

  test('rolls out what was pushed before a new training of what serves: that was of what there was', async () => {
    const m = await serving({}, { request: { ...retrain, occurredAtMs: noonMs } });
    expect(await start('churn', image('c', noonMs - 60_000), m.s.ports)).toMatchObject({ answer: 'started' });
  });
});

describe('start() for a version of the model registry', () => {
  test('begins with that version', async () => {
    const m = await making(registered, 'nobody asked');
    const answer = await start('churn', approved(3), m.s.ports);
    expect([answer.answer, await begun(m, answer)]).toEqual(['started', { packageArn: packageArn(3) }]);
  });

  test('is the same rollout where that is the one that registered it and waits for its approval', async () => {
    const m = await making({ ...registered, register: {} }, { candidate: { images: [imageOf('b')], packageArn: packageArn(3) } });
    await m.s.w.rollouts.watch(id, [keys.package(packageArn(3))]);
    expect(await start('churn', approved(3), m.s.ports)).toEqual({ answer: 'same', rolloutId: id });
  });

  test('is another rollout where that one has given up meanwhile, though it still watches', async () => {
    const m = await serving(registered, { candidate: { images: [imageOf('b')] } });
    await m.s.w.rollouts.watch(id, [keys.package(packageArn(3))]);
    expect(await start('churn', approved(3), m.s.ports)).toMatchObject({ answer: 'started' });
  });

  test('is no rollout of a version that serves, whatever once asked for it', async () => {
    const m = await serving(registered, { ...fromSource(), candidate: { source: bundle, packageArn: packageArn(3) } });
    expect(await start('churn', approved(3), m.s.ports)).toEqual({
      answer: 'ignored',
      reason: 'already-live',
      text: `${packageArn(3)} serves already, put there by ${id}`,
    });
  });

  test.each<[string, string | undefined]>([
    ['nothing serves', undefined],
    ['another version serves', packageArn(2)],
  ])('rejected, and %s: nothing is taken out of service', async (_, live) => {
    const m = live === undefined ? await making(registered, 'nobody asked') : await serving(registered, { candidate: { packageArn: live } });
    version(m, 1, 'Approved');
    expect(await start('churn', rejected(3), m.s.ports)).toMatchObject({ answer: 'ignored', reason: 'nothing-to-roll-out' });
    expect(m.asked('StartExecution')).toEqual([]);
  });

  test('rejected while it serves: the newest one approved before it takes its place', async () => {
    const m = await serving(registered, { candidate: { packageArn: packageArn(4) } });
    version(m, 1, 'Approved');
    version(m, 2, 'Approved');
    version(m, 3, 'Rejected');
    version(m, 4, 'Rejected');
    version(m, 5, 'Approved');
    const answer = await start('churn', rejected(4), m.s.ports);
    expect([answer.answer, await begun(m, answer)]).toEqual(['started', { packageArn: packageArn(2) }]);
    // Said twice, it is one rollout.
    expect(await start('churn', rejected(4), m.s.ports)).toMatchObject({ answer: 'same' });
  });

  test('rejected while it serves, and none was approved before: nothing could take its place', async () => {
    const m = await serving(registered, { candidate: { packageArn: packageArn(1) } });
    version(m, 1, 'Rejected');
    expect(await start('churn', rejected(1), m.s.ports)).toMatchObject({ answer: 'ignored', reason: 'nothing-to-roll-out' });
  });
});

describe('start() to train anew', () => {
  const trains = { train: { instanceType: 'ml.m5.large', channels: {} } };
  test('begins with source and image of what serves, and with none of its figures', async () => {
    const m = await serving(trains, {
      candidate: { images: [imageOf('b')], source: bundle, modelDataUrl: 's3://m/m.tar.gz', metrics: { auc: 0.9 }, trainingJobName: id },
    });
    const answer = await start('churn', retrain, m.s.ports);
    expect([answer.answer, await begun(m, answer)]).toEqual(['started', { images: [imageOf('b')], source: bundle }]);
  });
  test('has nothing to begin with while nothing serves, and says so', async () => {
    const m = await making(trains, 'nobody asked');
    expect(await start('churn', retrain, m.s.ports)).toEqual({
      answer: 'ignored',
      reason: 'nothing-to-roll-out',
      text: 'what serves, trained anew: drift: delivery "churn" has no such thing in service',
    });
  });
});

describe('start() for an image', () => {
  const push = (imageTag: string, letter = 'c') => ({ ...request({ imageDigest: digestOf(letter), imageTag }), occurredAtMs: noonMs + 60_000 });

  test('that a rollout of ours built is that rollout, while it runs and after', async () => {
    const running = await making({}, fromSource());
    expect(await start('churn', push(id), running.s.ports)).toEqual({ answer: 'same', rolloutId: id });
    const ended = await serving({}, fromSource());
    expect(await start('churn', push(id), ended.s.ports)).toEqual({ answer: 'same', rolloutId: id });
  });

  test('with a tag that only looks like ours begins a rollout', async () => {
    const m = await serving({}, { candidate: { images: [imageOf('b')] } });
    expect(await start('churn', push('churn-cccccccccccc-1'), m.s.ports)).toMatchObject({ answer: 'started' });
    // Pushed under the id of a rollout that built nothing.
    const other = await serving({}, { candidate: { images: [imageOf('b')] } });
    expect(await start('churn', push(id), other.s.ports)).toMatchObject({ answer: 'started' });
  });
});
