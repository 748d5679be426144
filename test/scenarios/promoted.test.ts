import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

test('a push becomes a first endpoint, the next push a canary that gets all the traffic', async () => {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);

  const first = await world.push('v1', good);
  await world.untilQuiet();
  const created = await world.rollout(first);
  expect(created).toMatchObject({ outcome: 'Succeeded', reason: 'first-deployment', canary: 'churn-a' });

  const second = await world.push('v2', better);
  await world.untilQuiet();
  const promoted = await world.rollout(second);
  expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted', stable: 'churn-a', canary: 'churn-b' });
  expect(promoted.steps.map((step) => step.canaryPercent)).toEqual([10, 50, 100]);
  expect(promoted.ledgerFlaw).toBeUndefined();

  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
  expectNothingLeftOver(world);
});
