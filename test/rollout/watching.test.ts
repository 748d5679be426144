import { describe, expect, test } from 'vitest';
import { AwsError } from '../../src/emulator/aws-error.ts';
import { evaluate } from '../../src/rollout/evaluate.ts';
import type { StepRecord } from '../../src/rollout/rollout.ts';
import { signal } from '../../src/rollout/signal.ts';
import { wait } from '../../src/rollout/wait.ts';
import { noonMs, placed, rollout } from './fixture.ts';
import { story } from './world.ts';

/* While a canary has traffic somebody watches it: an alarm interrupts a bake at its first event, and only at its first. */

const id = rollout().id;
const placement = placed({
  smokeTestedAtMs: noonMs,
});
const step: StepRecord = { index: 0, canaryPercent: 10, bakeSeconds: 300, requestedAtMs: noonMs - 60_000, verifiedAtMs: noonMs, verdicts: [] };
const watching = ['endpoint/churn', 'alarm/churn-b-5xx', 'alarm/any-5xx'];
const gates = { gates: [{ type: 'alarm' as const, alarmNames: ['churn-b-5xx', 'any-5xx'] }] };
const ofCanary = (StateValue: string) => ({ AlarmName: 'churn-b-5xx', StateValue, Dimensions: [{ Name: 'VariantName', Value: 'churn-b' }] });
const ofEndpoint = (StateValue: string) => ({ AlarmName: 'any-5xx', StateValue, Dimensions: [{ Name: 'EndpointName', Value: 'churn' }] });
const red = (alarmName: string, atMs: number) => ({
  id: `alarm-${alarmName}-ALARM`,
  key: `alarm/${alarmName}`,
  atMs,
  state: 'ALARM',
  text: 'Threshold Crossed',
});

async function baking(overrides: Parameters<typeof rollout>[0] = {}) {
  const s = await story(gates);
  await s.begin({ placement, steps: [step], watching, ...overrides });
  await s.w.rollouts.watch(id, watching);
  s.alarms = [ofCanary('OK'), ofEndpoint('OK')];
  const woken = () => s.changes().filter(([operation]) => operation === 'SendTaskSuccess').length;
  return { s, woken };
}

describe('a bake', () => {
  test('is interrupted by an alarm while it sleeps', async () => {
    const { s, woken } = await baking();
    await wait(id, 'bake', 'token', s.ports);
    expect(woken()).toBe(0);
    expect(await signal(red('churn-b-5xx', noonMs + 30_000), s.ports)).toBe(1);
    expect(woken()).toBe(1);
  });

  test('is interrupted by an alarm that came between its last look and its sleep', async () => {
    const { s, woken } = await baking();
    await evaluate(id, 'execution', s.ports);
    await signal(red('churn-b-5xx', noonMs + 30_000), s.ports);
    expect(woken()).toBe(0);
    await wait(id, 'bake', 'token', s.ports);
    expect(woken()).toBe(1);
  });

  test('is not interrupted by an alarm of before its shift was asked for', async () => {
    const { s, woken } = await baking();
    await signal(red('churn-b-5xx', step.requestedAtMs - 1), s.ports);
    await wait(id, 'bake', 'token', s.ports);
    expect(woken()).toBe(0);
  });

  test.each([
    ['a step', {}],
    ['a soak', { soakUntilMs: noonMs + 3_600_000, phase: 'Soaking' as const }],
    ['a pause', { phase: 'Paused' as const }],
  ])('sleeps on in %s under an alarm that may only hold, once the gates know of it', async (_what, overrides) => {
    const { s, woken } = await baking(overrides);
    s.alarms = [ofCanary('OK'), ofEndpoint('ALARM')];
    s.clock.ms = noonMs + 60_000;
    await signal(red('any-5xx', noonMs + 30_000), s.ports);
    await wait(id, 'bake', 'first', s.ports);
    expect(woken()).toBe(1);
    expect((await evaluate(id, 'execution', s.ports)).answer).toBe('wait');
    await wait(id, 'bake', 'second', s.ports);
    expect(woken()).toBe(1);
    // Another alarm, or the same one again, is news.
    await signal(red('any-5xx', noonMs + 90_000), s.ports);
    expect(woken()).toBe(2);
  });

  test('sleeps in a held step as well, and says so in the record once', async () => {
    const { s, woken } = await baking();
    await s.w.deliveries.apply({ ...(await s.w.deliveries.revision('churn', 2)), onInconclusive: 'hold' }, [], 'me', noonMs);
    const found = await s.now();
    await s.w.rollouts.save({ ...found, revision: 3 }, [], noonMs);
    s.alarms = [ofCanary('OK'), ofEndpoint('ALARM')];
    await signal(red('any-5xx', noonMs + 30_000), s.ports);
    for (const minute of [40, 41, 42]) {
      s.clock.ms = noonMs + minute * 60_000;
      expect((await evaluate(id, 'execution', s.ports)).answer).toBe('wait');
      await wait(id, 'bake', `token-${minute}`, s.ports);
    }
    expect(woken()).toBe(0);
    expect((await s.kinds()).filter((kind) => kind === 'paused')).toHaveLength(1);
    expect((await s.kinds()).filter((kind) => kind === 'gates-evaluated')).toHaveLength(1);
    expect(s.w.aws.seen.filter(({ operation }) => operation === 'Publish')).toHaveLength(1);
  });
});

describe('CloudWatch that cannot be read', () => {
  test.each([
    ['throttles', new AwsError('ThrottlingException', 'Rate exceeded')],
    ['is down', new AwsError('InternalFailure', 'later', { status: 500 })],
    ['is not permitted', new AwsError('AccessDenied', 'User is not authorized', { status: 403 })],
  ])('is no evidence, either way: it %s', async (_how, error) => {
    const s = await story({ gates: [{ type: 'traffic', minimumRequests: 1 }] });
    await s.begin({ placement, steps: [step] });
    s.metrics = () => {
      throw error;
    };
    s.clock.ms = noonMs + 360_000;
    expect((await evaluate(id, 'execution', s.ports)).answer).toBe('wait');
    expect((await s.now()).steps[0]?.verdicts).toMatchObject([{ result: 'inconclusive', reason: 'unreadable', gate: 'traffic', path: 'gates[0]' }]);
    s.metrics = () => ({ MetricDataResults: [{ Id: 'm0', Label: 'm0', Timestamps: [new Date(noonMs)], Values: [5], StatusCode: 'Complete' }] });
    expect((await evaluate(id, 'execution', s.ports)).answer).toBe('passed');
  });
});

describe('an evaluation', () => {
  test('writes an entry when an answer changes, not a heartbeat', async () => {
    const { s } = await baking();
    for (const minute of [1, 2, 3]) {
      s.clock.ms = noonMs + minute * 60_000;
      await evaluate(id, 'execution', s.ports);
    }
    expect((await s.kinds()).filter((kind) => kind === 'gates-evaluated')).toHaveLength(1);
  });

  test('asks for time to wait that a state machine can wait', async () => {
    const { s } = await baking();
    s.clock.ms = noonMs + 299_900;
    expect((await evaluate(id, 'execution', s.ports)).waitSeconds).toBe(1);
    s.clock.ms = noonMs + 300_000;
    const passed = await evaluate(id, 'execution', s.ports);
    // The soak begins with the same wait, and Step Functions takes no time-out of 0 seconds.
    expect(passed).toMatchObject({ answer: 'passed', waitSeconds: 60 });
  });

  test('continues in a new execution when this one has written enough history', async () => {
    const { s } = await baking();
    const answer = await evaluate(id, 'execution', { ...s.ports, executions: { ...s.ports.executions, historyLength: async () => 5000 } });
    expect(answer).toMatchObject({ answer: 'continue', generation: 2 });
  });

  test('undoes a promoted canary whose gate fails in the soak, and needs no evidence to end it', async () => {
    const soaking = { soakUntilMs: noonMs + 600_000, phase: 'Soaking' as const };
    const bad = await baking(soaking);
    bad.s.alarms = [ofCanary('ALARM'), ofEndpoint('OK')];
    expect((await evaluate(id, 'execution', bad.s.ports)).answer).toBe('failed');
    expect((await bad.s.now()).ending).toMatchObject({ outcome: 'RolledBack', reason: 'alarm-firing' });

    const quiet = await baking(soaking);
    quiet.s.alarms = [];
    quiet.s.clock.ms = noonMs + 600_000;
    expect((await evaluate(id, 'execution', quiet.s.ports)).answer).toBe('soaked');
    expect((await quiet.s.now()).ending).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  });
});
