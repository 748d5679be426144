import { ListModelPackagesCommand, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, describe, expect, test } from 'vitest';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import type { RolloutView } from '../../src/view/rollout-view.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { type Behaviour, better, churn, good, startWorld, type World, weightsOf } from './world.ts';

/* What people answer in the model registry reaches a rollout, and what serves, also where the event that tells of it is lost. */

let world: World;
afterEach(() => world.stop());

const best: Behaviour = { ...better, metrics: { 'validation:accuracy': 0.98 } };
/** Nobody sends requests here: there is nothing to judge a canary by. */
const registering = (overrides: Partial<DeliverySource> = {}): DeliverySource =>
  churn({
    triggers: [
      { type: 'image-pushed', repository: 'models/churn' },
      { type: 'model-rejected', packageGroup: 'churn' },
    ],
    register: { approval: 'approved' },
    gates: [],
    ...overrides,
  });

/** @param lost whether events of the registry never arrive */
async function begin(delivery: DeliverySource, lost: boolean): Promise<void> {
  world = await startWorld({
    faults: { delivery: (event) => ({ drop: lost && event.detailType === 'SageMaker Model Package State Change' }) },
  });
  await world.apply(delivery);
  await world.push('v1', good);
  await world.untilQuiet();
}

/** Somebody answers in the console: nothing of it goes through the service. */
async function reject(version: number, ApprovalDescription: string): Promise<void> {
  const { ModelPackageSummaryList = [] } = await world.clients.sageMaker.send(new ListModelPackagesCommand({ ModelPackageGroupName: 'churn' }));
  const ModelPackageArn = ModelPackageSummaryList.find(({ ModelPackageVersion }) => ModelPackageVersion === version)?.ModelPackageArn;
  await world.clients.sageMaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Rejected', ApprovalDescription }));
}
const share = (variant: string) => weightsOf(world, 'churn')[variant] ?? 0;
const status = () => world.emulator.services.sagemaker.endpoints()[0]?.status;
const newest = async () => {
  const [first] = await world.rollouts();
  if (!first) throw new Error('There is no rollout');
  return (await world.ask({ action: 'get', rolloutId: first.id })) as RolloutView; // The API answers with a view.
};
/** Sweeps come every five minutes. */
const sweepsSeconds = 600;

describe.each([
  ['its event comes', false],
  ['its event is lost', true],
])('a version that is rejected in the console, where %s', (_, lost) => {
  test('while its canary bakes: the canary is without traffic within two minutes', async () => {
    await begin(registering({ strategy: { type: 'canary', steps: [{ canaryPercent: 10, bake: '2h' }] } }), lost);
    const digest = await world.push('v2', better);
    await world.until('the canary has 10 %', () => share('churn-b') === 10 && status() === 'InService');
    await world.clock.advance(1_800_000);
    await reject(2, 'biased');
    const rejectedAtMs = world.clock.now();
    await world.until('the canary has nothing', () => share('churn-b') === 0, 600);
    expect(world.clock.now() - rejectedAtMs).toBeLessThan(120_000);
    await world.untilQuiet();
    const { outcome, reason, entries } = await world.rollout(digest);
    expect({ outcome, reason }).toEqual({ outcome: 'RolledBack', reason: 'aborted' });
    expect(entries.find(({ by }) => by === 'model registry')?.text).toMatch(/model-package\/churn\/2 is Rejected in the model registry/);
    expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
    expectNothingLeftOver(world);
  });

  test('while the promoted canary soaks: undone as well', async () => {
    await begin(registering({ soak: '6h' }), lost);
    const digest = await world.push('v2', better);
    await world.until('the canary has everything', () => share('churn-b') === 100 && status() === 'InService');
    await world.clock.advance(1_800_000);
    await reject(2, 'complaints');
    await world.untilQuiet();
    expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'aborted' });
    expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  });

  test('while a person is asked: the endpoint is not touched', async () => {
    await begin(registering(), lost);
    await world.apply(registering({ approval: { expires: '20h' } }));
    const digest = await world.push('v2', better);
    await world.until('a person is asked', () => world.calls('CreateModelPackage').length === 2 && world.calls('CreateModel').length === 2);
    await world.clock.advance(600_000);
    expect((await world.rollout(digest)).approval?.for).toBe('rollout');
    await reject(2, 'biased');
    await world.untilQuiet();
    expect(await world.rollout(digest)).toMatchObject({ outcome: 'Rejected', reason: 'aborted' });
    expect(world.calls('UpdateEndpoint')).toEqual([]);
  });

  test('while it serves: the version approved before takes its place', async () => {
    await begin(registering(), lost);
    const first = await newest();
    await world.push('v2', better);
    await world.untilQuiet();
    await reject(2, 'complaints of customers');
    await world.clock.advance(sweepsSeconds * 1000);
    await world.untilQuiet();
    const back = await newest();
    expect(back).toMatchObject({ outcome: 'Succeeded', imageDigest: first.imageDigest, candidate: { packageArn: first.candidate.packageArn } });
    expect(back.request).toMatch(/^model-rejected: what was approved before .*\/churn\/2$/);
    // What is set right is not set right again.
    await world.clock.advance(sweepsSeconds * 1000);
    await world.untilQuiet();
    expect(await world.rollouts()).toHaveLength(3);
  });

  test('while it serves, but the delivery does not say so: it serves on', async () => {
    await begin(registering({ triggers: [{ type: 'image-pushed', repository: 'models/churn' }] }), lost);
    await world.push('v2', better);
    await world.untilQuiet();
    await reject(2, 'complaints of customers');
    await world.clock.advance(sweepsSeconds * 1000);
    await world.untilQuiet();
    expect(await world.rollouts()).toHaveLength(2);
  });

  test('while it serves and the next is under way: it is replaced once that has not made it', async () => {
    await begin(registering(), lost);
    const first = await newest();
    await world.push('v2', better);
    await world.untilQuiet();
    const third = await world.push('v3', best);
    await world.until('the canary has 10 %', () => Object.values(weightsOf(world, 'churn')).includes(10) && status() === 'InService');
    await reject(2, 'complaints of customers');
    await world.clock.advance(60_000);
    await world.ask({ action: 'abort', rolloutId: (await world.rollout(third)).id, reason: 'not this one' });
    await world.clock.advance(2 * sweepsSeconds * 1000);
    await world.untilQuiet();
    expect(await newest()).toMatchObject({ outcome: 'Succeeded', imageDigest: first.imageDigest });
  });
});

test('a queued way back from a rejected version is not gone where another version serves by then', async () => {
  await begin(registering({ concurrency: 'queue' }), false);
  await world.push('v2', better);
  await world.untilQuiet();
  const third = await world.push('v3', best);
  await world.until('the canary has 10 %', () => Object.values(weightsOf(world, 'churn')).includes(10) && status() === 'InService');
  await reject(2, 'complaints of customers');
  await world.untilQuiet();
  expect(await world.rollout(third)).toMatchObject({ outcome: 'Succeeded' });
  expect(await newest()).toMatchObject({ outcome: 'Superseded', reason: 'no-longer-live' });
});
