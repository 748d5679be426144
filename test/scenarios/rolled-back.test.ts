import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { churn, good, startWorld, throwing, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

test('a canary that throws is stopped at its first step and stable gets back exactly its weight', async () => {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();

  const bad = await world.push('v2', throwing);
  await world.untilQuiet();

  const rolledBack = await world.rollout(bad);
  expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'over-threshold', canaryPercent: 0 });
  expect(rolledBack.steps).toHaveLength(1);
  expect(rolledBack.steps[0]?.verdicts[0]).toMatchObject({ gate: 'metric-threshold', result: 'failed', evidence: { max: 0.02 } });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  // The canary had a tenth of the traffic for a few minutes of the step, never more.
  const served = world.emulator.services.sagemaker.served('churn').find((count) => count.variantName === 'churn-b');
  expect(served?.errors).toBeGreaterThan(0);
  expect(served?.requests).toBeLessThan(20 * 60 * 15 * 0.15);
  expectNothingLeftOver(world);
});

test('the next push replaces the variant that rests, in one update of the endpoint', async () => {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  await world.push('v2', throwing);
  await world.untilQuiet();
  const third = await world.push('v3', { ...good, latencyMs: 21 });
  await world.untilQuiet();

  expect(await world.rollout(third)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted', stable: 'churn-a', canary: 'churn-b' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
  expectNothingLeftOver(world);
});

test('a canary that fails its smoke test never gets any traffic', async () => {
  world = await startWorld();
  await world.apply(churn({ gates: [{ type: 'smoke', requests: [{ contentType: 'text/csv', body: '1,2,3' }] }] }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  const digest = await world.push('v2', { ...throwing, errorRate: 1 });
  await world.untilQuiet();
  const rolledBack = await world.rollout(digest);
  expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'smoke-test-failed', steps: [] });
  expect(world.calls('UpdateEndpointWeightsAndCapacities')).toEqual([]);
  expectNothingLeftOver(world);
});
