import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateEndpointConfigCommand, CreateModelCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, expect, test } from 'vitest';
import { churn, good, startWorld, throwing, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

/** Makes a configuration, a model and an alarm of one name, with these tags. */
async function make(name: string, tags: Record<string, string>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { sageMaker, cloudWatch } = world.clients;
  await sageMaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: world.modelRoleArn,
      PrimaryContainer: { Image: `000000000000.dkr.ecr.us-east-1.amazonaws.com/models/churn:v1` },
      Tags,
    }),
  );
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [{ VariantName: 'x', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
      Tags,
    }),
  );
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: name,
      Namespace: 'Shop',
      MetricName: 'Complaints',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      Tags,
    }),
  );
}

function there(name: string): string[] {
  const { sagemaker, cloudwatch } = world.emulator.services;
  return [
    ...(sagemaker.configs().some((config) => config.name === name) ? ['configuration'] : []),
    ...(sagemaker.models().some((model) => model.name === name) ? ['model'] : []),
    ...(cloudwatch.alarms().some((alarm) => alarm.name === name) ? ['alarm'] : []),
  ];
}
const all = ['configuration', 'model', 'alarm'];

test('what an ended rollout left behind goes an hour after its end, and nothing else does', async () => {
  world = await startWorld();
  // The undone canary leaves soon: what belongs to its model lives as long as it rests.
  await world.apply(churn({ retire: { after: '10m' } }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  const first = await world.push('v1', good);
  await world.untilQuiet();
  const second = await world.push('v2', throwing);
  await world.untilQuiet();
  const { id: serving } = await world.rollout(first);
  const { id: undone } = await world.rollout(second);

  await make('churn-leavings', { 'sluice:delivery': 'churn', 'sluice:rollout': undone });
  // An alarm we made ends with its rollout, also where that rollout's model serves on; the other one of the same rollout stays.
  await make('sluice-churn-leavings', { 'sluice:delivery': 'churn', 'sluice:rollout': serving });
  await make('churn-untagged', {});
  await make('churn-nobody', { 'sluice:delivery': 'churn', 'sluice:rollout': 'churn-000000000000-1' });
  await make('churn-other', { 'sluice:delivery': 'other', 'sluice:rollout': undone });
  await world.clients.cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'churn-a-slow',
      Namespace: 'AWS/SageMaker',
      MetricName: 'ModelLatency',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1e6,
      ComparisonOperator: 'GreaterThanThreshold',
      Tags: [
        { Key: 'sluice:delivery', Value: 'churn' },
        { Key: 'sluice:rollout', Value: serving },
      ],
    }),
  );

  await world.clock.advance(45 * 60_000);
  expect(there('churn-leavings')).toEqual(all);
  await world.clock.advance(90 * 60_000);
  expect(there('churn-leavings')).toEqual([]);
  expect(there('sluice-churn-leavings')).not.toContain('alarm');
  for (const name of ['churn-untagged', 'churn-nobody', 'churn-other']) expect(there(name), name).toEqual(all);
  expect(there('churn-a-slow')).toEqual(['alarm']);
  const { sagemaker } = world.emulator.services;
  for (const { fleet } of sagemaker.endpoints()) expect(there(fleet.config.name)).toEqual(['configuration']);
  expect(world.emulator.crashes).toEqual([]);
});
