import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, describe, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

/* Nobody waits unwatched: whatever a rollout waits for, an alarm of its canary undoes it at once. */

let world: World;
afterEach(() => world.stop());

const share = () => weightsOf(world, 'churn')['churn-b'] ?? 0;
const status = () => world.emulator.services.sagemaker.endpoints()[0]?.status;
const setState = (StateValue: 'ALARM' | 'OK') =>
  world.clients.cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'churn-b-complaints', StateValue, StateReason: 'customers complain' }));

const watching = (overrides: Parameters<typeof churn>[0] = {}) =>
  churn({ gates: [{ type: 'alarm', alarmNames: ['{variant}-complaints'] }], ...overrides });

/** A second version on its way over a first that serves, with a quiet alarm of each. @param lost which sources' events never arrive */
async function startCanary(delivery: ReturnType<typeof churn>, lost: readonly string[] = []): Promise<string> {
  world = await startWorld({ faults: { delivery: (event) => ({ drop: lost.includes(event.source) }) } });
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  for (const variant of ['churn-a', 'churn-b']) {
    await world.clients.cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: `${variant}-complaints`,
        Namespace: 'Shop',
        MetricName: 'Complaints',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 5,
        ComparisonOperator: 'GreaterThanThreshold',
        // Nobody publishes this metric: the state stays as it was set.
        TreatMissingData: 'ignore',
      }),
    );
    await world.clients.cloudWatch.send(new SetAlarmStateCommand({ AlarmName: `${variant}-complaints`, StateValue: 'OK', StateReason: 'calm' }));
  }
  await world.apply(delivery);
  return world.push('v2', better);
}

async function expectUndone(digest: string): Promise<void> {
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'alarm-firing' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  expectNothingLeftOver(world);
}

/** The alarm fires now: the canary is without traffic within a minute. */
async function expectUndoneAtOnce(digest: string): Promise<void> {
  const firedAtMs = world.clock.now();
  await setState('ALARM');
  await world.until('the canary has nothing', () => share() === 0, 300);
  expect(world.clock.now() - firedAtMs).toBeLessThan(60_000);
  await expectUndone(digest);
}

describe('an alarm of the canary', () => {
  test('undoes at once while a person has it paused', async () => {
    const digest = await startCanary(watching());
    await world.until('the canary has 10 %', () => share() === 10 && status() === 'InService');
    await world.ask({ action: 'pause', rolloutId: (await world.rollout(digest)).id });
    await world.clock.advance(45 * 60_000);
    expect((await world.rollout(digest)).phase).toBe('Paused');
    await expectUndoneAtOnce(digest);
  });

  test('undoes at once in the soak', async () => {
    const digest = await startCanary(watching({ soak: '2h' }));
    await world.until('the canary has everything', () => share() === 100 && status() === 'InService');
    await world.clock.advance(45 * 60_000);
    expect((await world.rollout(digest)).phase).toBe('Soaking');
    await expectUndoneAtOnce(digest);
  });

  test.each<[string, readonly string[]]>([
    ['', []],
    [', also where its events are lost: its history tells', ['aws.cloudwatch']],
  ])('that came and went while the traffic was being shifted fails the step%s', async (_how, lost) => {
    const digest = await startCanary(watching(), lost);
    await world.until(
      'the second shift is under way',
      () => share() === 10 && world.calls('UpdateEndpointWeightsAndCapacities').length === 2 && status() === 'Updating',
    );
    await setState('ALARM');
    await world.clock.advance(1000);
    await setState('OK');
    expect(status()).toBe('Updating');
    await expectUndone(digest);
  });

  test('undoes as soon as the endpoint takes calls again where AWS itself is at work on it between two steps, and nothing is shifted before', async () => {
    const digest = await startCanary(watching());
    await world.until('the canary has 10 %', () => share() === 10 && status() === 'InService');
    // Into the next step and beyond: its bake is over while the endpoint is busy.
    world.emulator.services.sagemaker.systemUpdate('churn', 1500);
    await world.clock.advance(15 * 60_000);
    expect(status()).toBe('SystemUpdating');
    await setState('ALARM');
    await world.clock.advance(60_000);
    await setState('OK');
    await expectUndone(digest);
    expect((await world.rollout(digest)).steps.map(({ canaryPercent }) => canaryPercent)).toEqual([10]);
  });

  test('whose events are lost is found by the next look, a minute later', async () => {
    const digest = await startCanary(watching(), ['aws.cloudwatch']);
    await world.until('the canary has 10 %', () => share() === 10 && status() === 'InService');
    await world.clock.advance(90_000);
    const firedAtMs = world.clock.now();
    await setState('ALARM');
    await world.until('the canary has nothing', () => share() === 0, 300);
    expect(world.clock.now() - firedAtMs).toBeLessThan(150_000);
    await expectUndone(digest);
  });
});
