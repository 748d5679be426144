import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

test('training that exits 1 fails the rollout with the container’s own failure text', async () => {
  world = await startWorld();
  await world.apply(churn());
  const digest = await world.push('v1', { trainSeconds: 30, trainExitCode: 1, failureText: 'column "age" is missing' });
  await world.untilQuiet();
  const failed = await world.rollout(digest);
  expect(failed).toMatchObject({ outcome: 'Failed', reason: 'training-failed' });
  expect(failed.text).toContain('column "age" is missing');
  expect(world.emulator.services.sagemaker.endpoints()).toEqual([]);
  expectNothingLeftOver(world);
});

test('a canary that never answers /ping: SageMaker takes the update back, we name it and ask no second time', async () => {
  world = await startWorld();
  await world.apply(churn());
  await world.push('v1', good);
  await world.untilQuiet();
  const before = world.emulator.services.sagemaker.endpoints()[0]?.fleet.config.name;

  const startedAtMs = world.clock.now();
  const digest = await world.push('v2', { ...better, healthy: false });
  await world.untilQuiet();

  const rolledBack = await world.rollout(digest);
  expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'canary-unhealthy' });
  expect(rolledBack.text).toContain('did not pass the ping health check');
  expect(world.clock.now() - startedAtMs).toBeGreaterThan(20 * 60_000);
  expect(world.calls('UpdateEndpoint')).toHaveLength(1);
  expect(world.emulator.services.sagemaker.endpoints()[0]?.fleet.config.name).toBe(before);
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100 });
  expectNothingLeftOver(world);
});

test('an update that SageMaker silently takes back is no success', async () => {
  world = await startWorld({ faults: { updateOutcome: (_endpoint, kind) => (kind === 'config' ? 'silent-revert' : 'ok') } });
  await world.apply(churn());
  await world.push('v1', good);
  await world.untilQuiet();
  const digest = await world.push('v2', better);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'update-reverted' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100 });
  expectNothingLeftOver(world);
});
