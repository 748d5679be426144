import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { churn, good, startWorld, throwing, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

test('a first deployment without any traffic succeeds: nothing else could serve', async () => {
  world = await startWorld();
  await world.apply(churn());
  const digest = await world.push('v1', good);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'first-deployment' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100 });
  expectNothingLeftOver(world);
});

test('a first endpoint that never becomes healthy is deleted with its configuration and model', async () => {
  world = await startWorld();
  await world.apply(churn());
  const digest = await world.push('v1', { ...good, healthy: false });
  await world.untilQuiet();
  const failed = await world.rollout(digest);
  expect(failed).toMatchObject({ outcome: 'Failed', reason: 'canary-unhealthy' });
  expect(failed.text).toContain('did not pass the ping health check');
  await world.until('the endpoint is gone', () => world.emulator.services.sagemaker.endpoints().length === 0, 1200);
  expectNothingLeftOver(world);
});

test('a first endpoint that answers badly is kept and paged: one that answers is never deleted', async () => {
  world = await startWorld();
  await world.apply(churn({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large' } }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  const digest = await world.push('v1', throwing);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Failed', reason: 'over-threshold' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100 });
  const pages = world.emulator.services.sns.messages(world.outputs['TopicArn'] ?? '').filter((message) => message.subject?.startsWith('PAGE: '));
  expect(pages).toHaveLength(1);
  expectNothingLeftOver(world);
});
