import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const errorShare = {
  type: 'metric' as const,
  expression: 'errors / requests',
  metrics: {
    errors: { metric: { name: 'Invocation5XXErrors' }, statistic: 'Sum' },
    requests: { metric: { name: 'Invocations' }, statistic: 'Sum' },
  },
  against: 'stable' as const,
  better: 'lower' as const,
  range: [0, 1] as [number, number],
  margin: 0.3,
};

test('metric math against stable lets a good canary through once it is proved, and proves a bad one to be worse', async () => {
  world = await startWorld();
  await world.apply(churn({ gates: [errorShare], evidenceDeadline: '1h' }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();

  const second = await world.push('v2', better);
  await world.untilQuiet();
  const promoted = await world.rollout(second);
  expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  const passed = promoted.steps[0]?.verdicts[0];
  expect(passed).toMatchObject({ gate: 'metric', result: 'successful', reason: 'not-worse' });

  const third = await world.push('v3', { ...better, errorRate: 0.6 });
  await world.untilQuiet();
  const rolledBack = await world.rollout(third);
  expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'worse-than-stable' });
  // Found in the first step: nobody raised its weight on evidence that was missing.
  expect(rolledBack.steps).toHaveLength(1);
  expect(rolledBack.steps[0]?.verdicts[0]?.evidence).toMatchObject({ metric: 'errors / requests', margin: 0.3, stable: 0 });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
  expectNothingLeftOver(world);
});
