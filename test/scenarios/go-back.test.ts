import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

test('an old image pushed again, under whatever tag, is the way back: a rollout of its own, the next attempt', async () => {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  const old = await world.push('v1', good);
  await world.untilQuiet();
  const newer = await world.push('v2', better);
  await world.untilQuiet();
  expect(await world.rollout(newer)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });

  expect(await world.push('v1-again', good)).toBe(old);
  await world.untilQuiet();
  const back = await world.rollout(old);
  expect(back).toMatchObject({ outcome: 'Succeeded', reason: 'promoted', stable: 'churn-b', canary: 'churn-a' });
  expect(back.id).toMatch(/-2$/);
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  expectNothingLeftOver(world);
});

test('an image that was rolled back may be tried again by pushing it again', async () => {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  // No traffic, no evidence: rolled back for nothing it did.
  world.emulator.services.sagemaker.setTraffic('churn', 0);
  const digest = await world.push('v2', better);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'no-evidence' });
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  // ECR takes the same image under the same tag for nothing new, and says nothing.
  await world.push('v2-again', better);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expect((await world.rollout(digest)).id).toMatch(/-2$/);
  expectNothingLeftOver(world);
});
