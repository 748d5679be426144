import { DescribeEndpointConfigCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, expect, test } from 'vitest';
import { capture, makeForeignEndpoint } from './foreign.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, startWorld, throwing, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const serve = { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'main' };

test('a foreign endpoint is copied field by field, and undone to the same shares', async () => {
  world = await startWorld();
  await makeForeignEndpoint(world);
  await world.apply(churn({ serve }));
  const digest = await world.push('v1', throwing);
  await world.untilQuiet();

  const rolledBack = await world.rollout(digest);
  expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'over-threshold', stable: 'main', canary: 'churn-a' });
  expect(weightsOf(world, 'churn')).toEqual({ main: 3, side: 1, 'churn-a': 0 });
  const copied = await world.clients.sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: rolledBack.endpointConfigName }));
  expect(copied).toMatchObject({ DataCaptureConfig: capture, KmsKeyId: 'alias/theirs' });
  expect(copied.ProductionVariants?.slice(0, 2)).toEqual([
    expect.objectContaining({
      VariantName: 'main',
      ModelName: 'theirs-1',
      InstanceType: 'ml.c5.xlarge',
      InitialInstanceCount: 2,
      InitialVariantWeight: 3,
      VolumeSizeInGB: 20,
    }),
    expect.objectContaining({
      VariantName: 'side',
      ModelName: 'theirs-2',
      InstanceType: 'ml.c5.xlarge',
      InitialInstanceCount: 1,
      InitialVariantWeight: 1,
    }),
  ]);
  expectNothingLeftOver(world, { configs: ['theirs'] });
});

test('the canary takes its share out of stable’s weight alone: the other variant keeps its quarter', async () => {
  world = await startWorld();
  await makeForeignEndpoint(world);
  await world.apply(churn({ serve }));
  const digest = await world.push('v1', better);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expect(weightsOf(world, 'churn')).toEqual({ main: 0, side: 1, 'churn-a': 3 });
  for (const change of world.calls('UpdateEndpointWeightsAndCapacities')) expect(JSON.stringify(change)).not.toContain('"side"');
  expectNothingLeftOver(world, { configs: ['theirs'] });
});

test('several variants and none named: refused before anything changes, with the way out', async () => {
  world = await startWorld();
  await makeForeignEndpoint(world);
  await world.apply(churn());
  const digest = await world.push('v1', better);
  await world.untilQuiet();
  const rejected = await world.rollout(digest);
  expect(rejected).toMatchObject({ outcome: 'Rejected', reason: 'stable-ambiguous' });
  expect(rejected.text).toContain('serve.stableVariant');
  expect(weightsOf(world, 'churn')).toEqual({ main: 3, side: 1 });
  expect(world.calls('UpdateEndpoint')).toEqual([]);
  expectNothingLeftOver(world, { configs: ['theirs'] });
});
