import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateModelCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const putAlarm = (AlarmName: string) =>
  world.clients.cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'Shop',
      MetricName: 'Complaints',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    }),
  );

/** Pushes over a live endpoint and expects a refusal by this name, with no change to the endpoint. */
async function expectRefusal(reason: string): Promise<string> {
  const updates = world.calls('UpdateEndpoint').length;
  const digest = await world.push('v2', better);
  await world.untilQuiet();
  const rejected = await world.rollout(digest);
  expect(rejected).toMatchObject({ outcome: 'Rejected', reason });
  expect(world.calls('UpdateEndpoint')).toHaveLength(updates);
  expect(world.calls('UpdateEndpointWeightsAndCapacities')).toEqual([]);
  return rejected.text ?? '';
}

async function startWithEndpoint(gates: Parameters<typeof churn>[0] = {}): Promise<void> {
  world = await startWorld();
  await world.apply(churn());
  await world.push('v1', good);
  await world.untilQuiet();
  await world.apply(churn(gates));
}

test('an alarm that does not exist is refused before any traffic moves', async () => {
  await startWithEndpoint({ gates: [{ type: 'alarm', alarmNames: ['churn-{variant}-errors'] }] });
  expect(await expectRefusal('alarm-missing')).toContain('"churn-churn-b-errors" does not exist');
  expectNothingLeftOver(world);
});

test('an alarm in ALARM already is refused before any traffic moves', async () => {
  await startWithEndpoint({ gates: [{ type: 'alarm', alarmNames: ['complaints'] }] });
  await putAlarm('complaints');
  await world.clients.cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'complaints', StateValue: 'ALARM', StateReason: 'by hand' }));
  expect(await expectRefusal('alarm-firing')).toContain('by hand');
  expectNothingLeftOver(world);
});

test('a variant with a scalable target is refused by name', async () => {
  await startWithEndpoint();
  const scaling = new ApplicationAutoScalingClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: world.emulator.requestHandler,
    maxAttempts: 1,
  });
  await scaling.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: 'sagemaker',
      ResourceId: 'endpoint/churn/variant/churn-a',
      ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      MinCapacity: 1,
      MaxCapacity: 4,
    }),
  );
  expect(await expectRefusal('autoscaled-variant')).toContain('churn-a');
  expectNothingLeftOver(world);
});

/** An endpoint somebody else made with this configuration. */
async function startWithForeign(config: (image: string) => Omit<CreateEndpointConfigCommandInput, 'EndpointConfigName'>): Promise<void> {
  world = await startWorld();
  const digest = await world.push('theirs', { ...good, latencyMs: 30 });
  await world.untilQuiet();
  const image = `000000000000.dkr.ecr.us-east-1.amazonaws.com/models/churn@${digest}`;
  const { sageMaker } = world.clients;
  await sageMaker.send(new CreateModelCommand({ ModelName: 'theirs', ExecutionRoleArn: world.modelRoleArn, PrimaryContainer: { Image: image } }));
  await sageMaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: 'theirs', ...config(image) }));
  await sageMaker.send(new CreateEndpointCommand({ EndpointName: 'churn', EndpointConfigName: 'theirs' }));
  await world.until('their endpoint serves', () => world.emulator.services.sagemaker.endpoints()[0]?.status === 'InService');
  await world.apply(churn({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'main' } }));
}

const main = { VariantName: 'main', ModelName: 'theirs', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 } as const;

test('a shadow variant is refused by name', async () => {
  await startWithForeign(() => ({ ProductionVariants: [main], ShadowProductionVariants: [{ ...main, VariantName: 'shade' }] }));
  expect(await expectRefusal('shadow-variant')).toContain('shade');
  expectNothingLeftOver(world, { configs: ['theirs'] });
});

test('ten variants leave no room for a canary', async () => {
  await startWithForeign(() => ({
    ProductionVariants: [main, ...Array.from({ length: 9 }, (_, index) => ({ ...main, VariantName: `other-${index}` }))],
  }));
  expect(await expectRefusal('ten-variants')).toContain('10 variants');
  expectNothingLeftOver(world, { configs: ['theirs'] });
});

test('a serverless variant is refused by name', async () => {
  await startWithForeign(() => ({
    ProductionVariants: [{ VariantName: 'main', ModelName: 'theirs', ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } }],
  }));
  expect(await expectRefusal('serverless-variant')).toContain('serverless');
  expectNothingLeftOver(world, { configs: ['theirs'] });
});

test('a push nobody subscribes to starts nothing', async () => {
  world = await startWorld();
  await world.push('v1', good);
  await world.untilQuiet();
  expect(await world.rollouts()).toEqual([]);
  expect(world.emulator.services.states.executions()).toEqual([]);
});
