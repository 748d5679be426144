import { afterEach, describe, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, throwing, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

/** A model that fails now and then, as models do. */
const usual = { ...good, errorRate: 0.002 };

async function endpointWith(requestsPerSecond: number, strategy: Parameters<typeof churn>[0] = {}): Promise<void> {
  world = await startWorld();
  await world.apply(churn({ strategy: { type: 'adaptive' }, gates: [{ type: 'error-rate' }], ...strategy }));
  world.emulator.services.sagemaker.setTraffic('churn', requestsPerSecond);
  await world.push('v1', usual);
  await world.untilQuiet();
  // Stable gets a history to be compared with.
  await world.clock.advance(30 * 60_000);
}

describe('adaptive', () => {
  test('raises the traffic as the evidence allows, proves the canary and keeps a control slice before it has everything', async () => {
    await endpointWith(100);
    const digest = await world.push('v2', { ...better, errorRate: 0.002 });
    await world.untilQuiet();

    const promoted = await world.rollout(digest);
    expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
    const percents = promoted.steps.map(({ canaryPercent }) => canaryPercent);
    expect(percents[0]).toBe(0.5);
    expect(percents.slice(-3)).toEqual([50, 95, 100]);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    // Each weight was left for a reason that is in the record.
    const reasons = promoted.steps.map(({ verdicts }) => verdicts[0]?.reason);
    expect(reasons[0]).toBe('harm-bounded');
    expect(reasons[percents.indexOf(50)]).toBe('not-worse');
    expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
    expectNothingLeftOver(world);
  });

  test('stops a canary that fails before its budget of bad requests is spent', async () => {
    await endpointWith(100);
    const digest = await world.push('v2', { ...throwing, errorRate: 1 });
    await world.untilQuiet();

    expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'worse-than-stable' });
    const served = world.emulator.services.sagemaker.served('churn').find(({ variantName }) => variantName === 'churn-b');
    // Metrics of a minute come two minutes late: half a percent of a hundred a second for some five minutes, the start's half of the budget several times over.
    expect(served?.errors).toBeGreaterThan(10);
    expect(served?.errors).toBeLessThan(300);
    expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
    expectNothingLeftOver(world);
  });

  test('finds three times the errors on the way up', async () => {
    await endpointWith(100);
    const digest = await world.push('v2', { ...better, errorRate: 0.02 });
    await world.untilQuiet();
    expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack' });
    expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  });

  test('promotes where too few requests prove anything once half an hour has shown no harm, and rolls back where that is not enough', async () => {
    await endpointWith(2);
    const digest = await world.push('v2', { ...better, errorRate: 0.002 });
    await world.untilQuiet();
    const promoted = await world.rollout(digest);
    expect(promoted).toMatchObject({ outcome: 'Succeeded' });
    expect(promoted.steps.find(({ canaryPercent }) => canaryPercent === 50)?.verdicts[0]).toMatchObject({
      result: 'successful',
      reason: 'no-harm-seen',
    });

    await world.apply(churn({ strategy: { type: 'adaptive', strict: true }, gates: [{ type: 'error-rate' }] }));
    const strict = await world.push('v3', { ...better, errorRate: 0.002, latencyMs: 21 });
    await world.untilQuiet();
    expect(await world.rollout(strict)).toMatchObject({ outcome: 'RolledBack', reason: 'no-evidence' });
    expectNothingLeftOver(world);
  });
});

test('ab promotes the better of the two, and keeps stable where neither is', async () => {
  await endpointWith(100, { strategy: { type: 'ab', for: '2h' }, gates: [{ type: 'error-rate' }] });
  const better2 = await world.push('v2', { ...better, errorRate: 0 });
  await world.untilQuiet();
  const won = await world.rollout(better2);
  expect(won).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expect(won.steps[0]?.verdicts[0]).toMatchObject({ reason: 'better' });

  const same = await world.push('v3', { ...better, errorRate: 0, latencyMs: 21 });
  await world.untilQuiet();
  expect(await world.rollout(same)).toMatchObject({ outcome: 'RolledBack', reason: 'stable-kept' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
  expectNothingLeftOver(world);
});
