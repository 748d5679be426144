import { afterEach, describe, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, throwing, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const status = () => world.emulator.services.sagemaker.endpoints()[0]?.status;
const share = () => weightsOf(world, 'churn')['churn-b'] ?? 0;
const weightCalls = () => world.calls('UpdateEndpointWeightsAndCapacities').length;

const asksBefore = (canaryPercent: number) =>
  churn({
    strategy: {
      type: 'canary',
      steps: [
        { canaryPercent: 10, bake: '6m', ...(canaryPercent === 10 && { approval: { expires: '2h' } }) },
        { canaryPercent: 100, bake: '5m', ...(canaryPercent === 100 && { approval: { expires: '2h' } }) },
      ],
    },
  });

/** A second version on its way, over a first that serves. */
async function underWay(delivery = churn(), behaviour = better): Promise<string> {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  await world.apply(delivery);
  return world.push('v2', behaviour);
}

/** Lets time pass until the rollout of an image stands so. */
async function untilView(digest: string, holds: (view: Awaited<ReturnType<World['rollout']>>) => boolean): Promise<string> {
  for (let tries = 0; tries < 600; tries++) {
    await world.clock.advance(10_000);
    const view = (await world.rollouts()).find(({ imageDigest }) => imageDigest === digest);
    if (view && holds(view)) return view.id;
  }
  throw new Error('It never came to that');
}

const phase = (wanted: string) => (digest: string) => untilView(digest, (view) => view.phase === wanted);
const moment = (what: string, holds: () => boolean) => async (digest: string) => {
  await world.until(what, holds);
  return (await world.rollout(digest)).id;
};

describe('abort', () => {
  test.each<[string, (digest: string) => Promise<string>, string, Parameters<typeof underWay>[0]?]>([
    ['while it trains', phase('Training'), 'Rejected'],
    [
      'while a person is asked for the whole',
      (digest) => untilView(digest, (view) => view.approval !== undefined),
      'Rejected',
      churn({ approval: {} }),
    ],
    ['while the canary is added and the endpoint is Updating', moment('it is Updating', () => status() === 'Updating'), 'RolledBack'],
    [
      'while a person is asked before the first step',
      (digest) => untilView(digest, (view) => view.approval !== undefined),
      'RolledBack',
      asksBefore(10),
    ],
    [
      'while traffic is being shifted and the endpoint is Updating',
      moment('a shift is under way', () => weightCalls() === 1 && status() === 'Updating'),
      'RolledBack',
    ],
    ['in a bake', moment('the canary has 10 %', () => share() === 10 && status() === 'InService'), 'RolledBack'],
    [
      'while a person is asked between two steps',
      (digest) => untilView(digest, (view) => view.approval !== undefined),
      'RolledBack',
      asksBefore(100),
    ],
    ['in a later bake', moment('the canary has 50 %', () => share() === 50 && status() === 'InService'), 'RolledBack'],
    ['at 100 %', moment('the canary has everything', () => share() === 100 && status() === 'InService'), 'RolledBack'],
    ['in the soak', phase('Soaking'), 'RolledBack', churn({ soak: '1h' })],
  ])('%s ends it', async (_when, until, outcome, delivery) => {
    const digest = await underWay(delivery);
    const rolloutId = await until(digest);
    const [before, askedAtMs] = [weightCalls(), world.clock.now()];
    expect(await world.ask({ action: 'abort', rolloutId, reason: 'second thoughts' })).toMatchObject({ answer: 'accepted' });
    // Asked again it says so, and nothing happens twice.
    await world.clock.advance(1000);
    const again = await world.ask({ action: 'abort', rolloutId, reason: 'second thoughts' }).catch((error: unknown) => ({ answer: String(error) }));
    expect((again as { answer: string }).answer).toMatch(/^(accepted|already|Error: .*the rollout has ended \((Rejected|RolledBack)\))$/);
    await world.untilQuiet();
    const aborted = await world.rollout(digest);
    expect(aborted).toMatchObject({ outcome, reason: 'aborted' });
    expect(weightsOf(world, 'churn')['churn-a']).toBe(100);
    expect(share()).toBe(0);
    // One weight call and its proof: what SageMaker needs for an update under way comes on top.
    expect(weightCalls() - before).toBeLessThanOrEqual(1);
    expect(Date.parse(aborted.endedAt ?? '') - askedAtMs).toBeLessThan(20 * 60_000);
    await expect(world.ask({ action: 'abort', rolloutId })).rejects.toThrow('has ended');
    expectNothingLeftOver(world);
  });

  test('while it is paused by a person undoes at once', async () => {
    const digest = await underWay();
    const rolloutId = await moment('the canary has 10 %', () => share() === 10 && status() === 'InService')(digest);
    await world.ask({ action: 'pause', rolloutId });
    await world.clock.advance(30 * 60_000);
    expect((await world.rollout(digest)).phase).toBe('Paused');
    const askedAtMs = world.clock.now();
    await world.ask({ action: 'abort', rolloutId });
    await world.until('the canary has nothing', () => share() === 0, 300);
    expect(world.clock.now() - askedAtMs).toBeLessThan(60_000);
    await world.untilQuiet();
    expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'aborted' });
    expectNothingLeftOver(world);
  });

  test('while AWS itself is at work on the endpoint between two steps: nothing is shifted any more, and it is undone as soon as it can be', async () => {
    const digest = await underWay();
    const rolloutId = await moment('the canary has 10 %', () => share() === 10 && status() === 'InService')(digest);
    world.emulator.services.sagemaker.systemUpdate('churn', 1500);
    await world.clock.advance(15 * 60_000);
    const before = weightCalls();
    await world.ask({ action: 'abort', rolloutId });
    await world.untilQuiet();
    expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'aborted' });
    expect(share()).toBe(0);
    expect(weightCalls() - before).toBe(1);
    expectNothingLeftOver(world);
  });

  test('while it is queued ends it at once; the one before it goes on', async () => {
    world = await startWorld();
    await world.apply(churn({ concurrency: 'queue' }));
    world.emulator.services.sagemaker.setTraffic('churn', 20);
    const first = await world.push('v1', good);
    await world.clock.advance(60_000);
    const second = await world.push('v2', better);
    await world.clock.advance(60_000);
    const { id: rolloutId, phase: queued } = await world.rollout(second);
    expect(queued).toBe('Queued');
    await world.ask({ action: 'abort', rolloutId, reason: 'second thoughts' });
    expect(await world.rollout(second)).toMatchObject({ outcome: 'Rejected', reason: 'aborted' });
    await world.untilQuiet();
    expect(await world.rollout(first)).toMatchObject({ outcome: 'Succeeded' });
    expect(world.calls('CreateTrainingJob')).toHaveLength(1);
    expectNothingLeftOver(world);
  });

  test('while a gate’s failure is being undone is refused with the reason, and recorded', async () => {
    const digest = await underWay(churn(), throwing);
    const rolloutId = await phase('RollingBack')(digest);
    await expect(world.ask({ action: 'abort', rolloutId })).rejects.toThrow('ending already, as RolledBack');
    await world.untilQuiet();
    const undone = await world.rollout(digest);
    expect(undone).toMatchObject({ outcome: 'RolledBack', reason: 'over-threshold' });
    expect(undone.entries.map(({ kind }) => kind)).toContain('act-refused');
    expectNothingLeftOver(world);
  });
});
