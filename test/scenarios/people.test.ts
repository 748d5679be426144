import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, throwing, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const share = () => weightsOf(world, 'churn')['churn-b'] ?? 0;

/** A delivery that asks a person before its second step, which has all the traffic. */
const asking = (approval: Record<string, unknown> = { expires: '2h' }, overrides: Parameters<typeof churn>[0] = {}) =>
  churn({
    strategy: {
      type: 'canary',
      steps: [
        { canaryPercent: 10, bake: '6m' },
        { canaryPercent: 100, bake: '5m', approval },
      ],
    },
    ...overrides,
  });

async function startCanary(delivery = asking()): Promise<string> {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  await world.apply(delivery);
  return world.push('v2', better);
}

async function untilAsked(digest: string): Promise<string> {
  await world.until('the canary has 10 %', () => share() === 10);
  for (let minute = 0; minute < 60; minute++) {
    await world.clock.advance(60_000);
    const view = await world.rollout(digest);
    if (view.approval) return view.id;
  }
  throw new Error('Nobody was asked');
}

test('a person is asked before a step, agrees, and the step goes on', async () => {
  const digest = await startCanary();
  const rolloutId = await untilAsked(digest);
  await world.clock.advance(30 * 60_000);
  expect(share()).toBe(10);
  await world.answer('approve', rolloutId, 'looks fine');
  await world.untilQuiet();
  const promoted = await world.rollout(digest);
  expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expect(promoted.entries.find((entry) => entry.kind === 'act-heard')).toMatchObject({
    by: 'arn:aws:iam::000000000000:user/operator',
    text: 'approve: looks fine',
  });
  expectNothingLeftOver(world);
});

test('a person says no: the weight goes back', async () => {
  const digest = await startCanary();
  const rolloutId = await untilAsked(digest);
  await world.answer('reject', rolloutId, 'not on a Friday');
  await world.untilQuiet();
  const rejected = await world.rollout(digest);
  expect(rejected).toMatchObject({ outcome: 'RolledBack', reason: 'rejected' });
  expect(rejected.text).toContain('not on a Friday');
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  expectNothingLeftOver(world);
});

test('nobody answers: the delivery says what follows', async () => {
  const digest = await startCanary(asking({ expires: '1h', onExpiry: 'reject' }));
  await untilAsked(digest);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'approval-expired' });
  expectNothingLeftOver(world);
});

test('an approval by event counts only for the rollout, step, digest and revision it names', async () => {
  const digest = await startCanary();
  const rolloutId = await untilAsked(digest);
  const events = new EventBridgeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: world.emulator.requestHandler,
  });
  const answer = async (imageDigest: string) => {
    await events.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: 'sluice.approvals',
            DetailType: 'Sluice Approval',
            Detail: JSON.stringify({ rolloutId, answer: 'approve', for: 1, imageDigest, revision: 2, by: 'change board' }),
          },
        ],
      }),
    );
    await world.clock.advance(90_000);
  };
  await answer(`sha256:${'0'.repeat(64)}`);
  const refused = await world.rollout(digest);
  expect(refused.entries.at(-1)).toMatchObject({ kind: 'act-refused' });
  expect(refused.approval).toBeDefined();
  expect(share()).toBe(10);
  await answer(digest);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expectNothingLeftOver(world);
});

test('an alarm fires while a person is awaited: undone at once', async () => {
  const digest = await startCanary(asking({ expires: '2h' }, { gates: [{ type: 'alarm', alarmNames: ['{variant}-complaints'] }] }));
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
        TreatMissingData: 'ignore',
      }),
    );
    await world.clients.cloudWatch.send(new SetAlarmStateCommand({ AlarmName: `${variant}-complaints`, StateValue: 'OK', StateReason: 'calm' }));
  }
  await untilAsked(digest);
  const firedAtMs = world.clock.now();
  await world.clients.cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'churn-b-complaints', StateValue: 'ALARM', StateReason: 'complaints' }));
  await world.until('the canary has nothing', () => share() === 0, 300);
  expect(world.clock.now() - firedAtMs).toBeLessThan(60_000);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'alarm-firing' });
  expectNothingLeftOver(world);
});

test('a person is asked before the endpoint is touched at all: an early no is Rejected', async () => {
  const digest = await startCanary(churn({ approval: { expires: '1h' } }));
  await world.clock.advance(20 * 60_000);
  const { id: rolloutId, approval } = await world.rollout(digest);
  expect(approval).toMatchObject({ for: 'rollout' });
  await world.answer('reject', rolloutId);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Rejected', reason: 'rejected' });
  expect(world.calls('UpdateEndpoint')).toEqual([]);
  expectNothingLeftOver(world);
});

test('pause holds a rollout past its bake, watched, until resume', async () => {
  const digest = await startCanary(churn());
  await world.until('the canary has 10 %', () => share() === 10);
  const { id: rolloutId } = await world.rollout(digest);
  await world.ask({ action: 'pause', rolloutId });
  await world.clock.advance(40 * 60_000);
  expect(share()).toBe(10);
  expect(await world.ask({ action: 'pause', rolloutId })).toMatchObject({ answer: 'already' });
  await world.ask({ action: 'resume', rolloutId });
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expectNothingLeftOver(world);
});

test('promote skips the rest of the steps, with a reason', async () => {
  const digest = await startCanary(churn());
  await world.until('the canary has 10 %', () => share() === 10);
  const { id: rolloutId } = await world.rollout(digest);
  await expect(world.ask({ action: 'promote', rolloutId })).rejects.toThrow('needs a reason');
  await world.ask({ action: 'promote', rolloutId, reason: 'a fix for an outage' });
  await world.untilQuiet();
  const promoted = await world.rollout(digest);
  expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expect(promoted.steps.map((step) => step.canaryPercent)).toEqual([10, 100]);
  expectNothingLeftOver(world);
});

test('undo in the soak is one weight call', async () => {
  const digest = await startCanary(churn({ soak: '1h' }));
  await world.until('the canary has everything', () => share() === 100);
  await world.clock.advance(15 * 60_000);
  const { id: rolloutId, phase } = await world.rollout(digest);
  expect(phase).toBe('Soaking');
  const before = world.calls('UpdateEndpointWeightsAndCapacities').length;
  await world.ask({ action: 'undo', rolloutId });
  await world.untilQuiet();
  expect(world.calls('UpdateEndpointWeightsAndCapacities')).toHaveLength(before + 1);
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'aborted' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  expectNothingLeftOver(world);
});

test('undo after the end rolls out what was promoted before, without training again', async () => {
  const digest = await startCanary(churn());
  await world.untilQuiet();
  const { id: rolloutId } = await world.rollout(digest);
  await world.ask({ action: 'undo', rolloutId });
  await world.untilQuiet();
  const [undone] = await world.rollouts();
  expect(undone).toMatchObject({ outcome: 'Succeeded', reason: 'promoted', canary: 'churn-a' });
  expect(undone?.id).toMatch(/-2$/);
  expect(world.calls('CreateTrainingJob')).toHaveLength(2);
  expectNothingLeftOver(world);
});

test('a second push queues behind the first; a newer one supersedes what is queued', async () => {
  world = await startWorld();
  await world.apply(churn({ concurrency: 'queue' }));
  const first = await world.push('v1', good);
  await world.clock.advance(60_000);
  const second = await world.push('v2', { ...better, latencyMs: 21 });
  await world.clock.advance(60_000);
  const third = await world.push('v3', better);
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.untilQuiet();
  expect(await world.rollout(first)).toMatchObject({ outcome: 'Succeeded' });
  expect(await world.rollout(second)).toMatchObject({ outcome: 'Superseded' });
  expect(await world.rollout(third)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expectNothingLeftOver(world);
});

test('under supersede a newer push stops the rollout under way', async () => {
  const first = await startCanary(churn({ concurrency: 'supersede' }));
  await world.until('the canary has 10 %', () => share() === 10);
  const second = await world.push('v3', { ...better, latencyMs: 22 });
  await world.untilQuiet();
  expect(await world.rollout(first)).toMatchObject({ outcome: 'RolledBack', reason: 'aborted' });
  expect(await world.rollout(second)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expectNothingLeftOver(world);
});

test('promote does not make a failed gate pass', async () => {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  const digest = await world.push('v2', throwing);
  await world.until('the canary has 10 %', () => share() === 10);
  await world.clock.advance(150_000);
  const { id: rolloutId } = await world.rollout(digest);
  await world.ask({ action: 'promote', rolloutId, reason: 'in a hurry' });
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'over-threshold' });
  expectNothingLeftOver(world);
});
