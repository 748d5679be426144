import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { churn, good, startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const counts = () =>
  Object.fromEntries(
    world.emulator.services.sagemaker
      .endpoints()[0]
      ?.fleet.variants.map((variant) => [variant.name, [variant.currentWeight, variant.currentInstances]]) ?? [],
  );

test('every promotion has all the instances the delivery asks for, also under a name that rested with one', async () => {
  world = await startWorld();
  await world.apply(churn({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', instanceCount: 3 } }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  for (const latencyMs of [20, 21, 22, 23]) {
    await world.push(`v${latencyMs}`, { ...good, latencyMs });
    await world.untilQuiet();
  }
  expect((await world.rollouts()).map((view) => view.outcome)).toEqual(['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded']);
  expect(counts()).toEqual({ 'churn-a': [0, 1], 'churn-b': [100, 3] });
  expectNothingLeftOver(world);
});
