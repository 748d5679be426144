import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, throwing, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const errorAlarm = (AlarmName: string, dimensions: Record<string, string>) =>
  world.clients.cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'Shop',
      MetricName: 'Complaints',
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      // Nobody publishes this metric: the state stays as it was set.
      TreatMissingData: 'ignore',
    }),
  );

const setState = (AlarmName: string, StateValue: 'ALARM' | 'OK') =>
  world.clients.cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'customers complain' }));

const share = () => weightsOf(world, 'churn')['churn-b'] ?? 0;

async function startCanary(alarmName: string, dimensions: Record<string, string>): Promise<string> {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  await errorAlarm(alarmName, dimensions);
  await setState(alarmName, 'OK');
  await world.apply(churn({ gates: [{ type: 'alarm', alarmNames: [alarmName] }] }));
  const digest = await world.push('v2', better);
  await world.until('the canary has 10 %', () => share() === 10);
  return digest;
}

test('an alarm of the canary interrupts a bake: the weight goes back at its first event', async () => {
  const digest = await startCanary('complaints', { VariantName: 'churn-b' });
  await world.clock.advance(90_000);
  const firedAtMs = world.clock.now();
  await setState('complaints', 'ALARM');
  await world.until('the canary has nothing', () => share() === 0, 300);
  // The event, one evaluation and the weight call: no wait for the end of the bake.
  expect(world.clock.now() - firedAtMs).toBeLessThan(60_000);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'alarm-firing' });
  expectNothingLeftOver(world);
});

test('an alarm over the whole endpoint may only hold: it does not tell who is to blame', async () => {
  const digest = await startCanary('complaints', { EndpointName: 'churn' });
  await world.clock.advance(90_000);
  await setState('complaints', 'ALARM');
  // The bake of six minutes is long over, the deadline for evidence is not.
  await world.clock.advance(20 * 60_000);
  expect(share()).toBe(10);
  await setState('complaints', 'OK');
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expectNothingLeftOver(world);
});

test('an alarm the delivery has made catches a bad canary at its first event, and is gone afterwards', async () => {
  world = await startWorld();
  const create = [{ name: 'errors', metric: { name: 'Invocation5XXErrors' }, max: 0.05 }];
  await world.apply(churn({ gates: [{ type: 'alarm', create }] }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  const first = await world.push('v1', good);
  await world.untilQuiet();
  // A first deployment is watched by it as well, and passes once it reads OK.
  expect(await world.rollout(first)).toMatchObject({ outcome: 'Succeeded', reason: 'first-deployment' });
  expect(world.calls('PutMetricAlarm')).toHaveLength(1);
  expectNothingLeftOver(world);

  const own = () => world.emulator.services.cloudwatch.alarms().map(({ name }) => name);
  const digest = await world.push('v2', throwing);
  await world.until('the canary is made', () => own().length === 1);
  // Made while the canary has no traffic yet.
  expect(share()).toBe(0);
  await world.until('the canary has 10 %', () => share() === 10);
  const shiftedAtMs = world.clock.now();
  await world.until('the canary has nothing', () => share() === 0, 600);
  // One metric minute, the alarm's evaluation and the weight call: long before the end of the bake of six minutes.
  expect(world.clock.now() - shiftedAtMs).toBeLessThan(4 * 60_000);
  await world.untilQuiet();
  const rolledBack = await world.rollout(digest);
  expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'alarm-firing' });
  expect(world.calls('DeleteAlarms')).toHaveLength(2);
  expect(own()).toEqual([]);
  expectNothingLeftOver(world);
});

test('an alarm that is red before the start holds the start, where the delivery says so', async () => {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  await errorAlarm('complaints', { EndpointName: 'churn' });
  await setState('complaints', 'ALARM');
  await world.apply(churn({ gates: [{ type: 'alarm', alarmNames: ['complaints'], redBefore: 'hold' }] }));
  const digest = await world.push('v2', better);
  await world.until('it waits', () => world.emulator.services.states.openExecutions() === 2);
  await world.clock.advance(15 * 60_000);
  expect(world.calls('UpdateEndpoint')).toEqual([]);
  expect((await world.rollout(digest)).entries.map(({ kind }) => kind)).toContain('alarm-red');
  await setState('complaints', 'OK');
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expectNothingLeftOver(world);
});
