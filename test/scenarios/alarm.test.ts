import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

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
