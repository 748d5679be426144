import { describe, expect, test } from 'vitest';
import { alarm } from '../../src/gates/alarm.ts';
import type { GateContext } from '../../src/gates/gate.ts';
import type { AlarmState } from '../../src/ports/alarms.ts';
import { alarmState, context, minute, world } from './fixture.ts';

async function ask(alarmNames: string[], states: readonly AlarmState[], overrides: Partial<GateContext> = {}) {
  const spec = { type: 'alarm', observe: false, alarmNames } as const;
  const about = context(overrides);
  return alarm.judge(await alarm.measure(spec, world({}, states).ports, about), spec, about);
}
const entered = { alarmsEntered: [{ alarmName: 'churn-b-5xx', atMs: minute(2) }] };
const ofEndpoint = (overrides: Partial<AlarmState> = {}) =>
  alarmState({ alarmName: 'churn-any-5xx', dimensions: { EndpointName: 'churn' }, ...overrides });

describe('alarm', () => {
  test('is successful while every alarm is OK', async () => {
    expect(await ask(['churn-b-5xx'], [alarmState()])).toMatchObject({ result: 'successful', reason: 'alarms-ok' });
  });

  test('fails when an alarm of the canary is in ALARM: by its dimension, or by its name', async () => {
    expect(await ask(['churn-b-5xx'], [alarmState({ state: 'ALARM', reason: 'Threshold Crossed' })])).toMatchObject({
      result: 'failed',
      reason: 'alarm-firing',
      evidence: { alarms: [{ alarmName: 'churn-b-5xx', state: 'ALARM', reason: 'Threshold Crossed' }] },
    });
    // Metric math and composite alarms have no dimensions of their own: the name written with {variant} tells whose they are.
    expect(await ask(['{variant}-5xx'], [alarmState({ state: 'ALARM', dimensions: {} })])).toMatchObject({ result: 'failed' });
  });

  test('holds, and blames nobody, when an alarm over the whole endpoint is in ALARM', async () => {
    expect(await ask(['churn-any-5xx'], [ofEndpoint({ state: 'ALARM' })])).toMatchObject({ result: 'inconclusive', reason: 'endpoint-alarm-firing' });
    const stable = { EndpointName: 'churn', VariantName: 'churn-a' };
    expect(await ask(['churn-any-5xx'], [ofEndpoint({ state: 'ALARM', dimensions: stable })])).toMatchObject({ result: 'inconclusive' });
  });

  test('fails for an alarm of the canary that was entered after the shift and is OK again', async () => {
    expect(await ask(['churn-b-5xx'], [alarmState({ state: 'OK' })], entered)).toMatchObject({
      result: 'failed',
      evidence: { alarms: [{ state: 'OK', enteredAlarmAt: '2026-11-22T12:02:00.000Z' }] },
    });
  });

  test('fails for one whose event was lost and that is OK again: its history knows', async () => {
    const spec = { type: 'alarm' as const, observe: false, alarmNames: ['churn-b-5xx'] };
    const calmAgain = [alarmState({ state: 'OK', changedAtMs: minute(3) })];
    const verdictOf = async (enteredAtMs: readonly number[], states = calmAgain) =>
      alarm.judge(await alarm.measure(spec, world({}, states, { 'churn-b-5xx': enteredAtMs }).ports, context()), spec, context());
    expect(await verdictOf([minute(2)])).toMatchObject({
      result: 'failed',
      reason: 'alarm-firing',
      evidence: { alarms: [{ state: 'OK', enteredAlarmAt: '2026-11-22T12:02:00.000Z' }] },
    });
    // It rang before the shift was asked for and went quiet after: nothing of this step's.
    expect(await verdictOf([minute(-1)])).toMatchObject({ result: 'successful' });
    // One that has kept its state since has no history worth a call.
    expect(await verdictOf([minute(2)], [alarmState({ changedAtMs: minute(-60) })])).toMatchObject({ result: 'successful' });
  });

  test('does not hold for an alarm over the whole endpoint that is OK again', async () => {
    const alarmsEntered = [{ alarmName: 'churn-any-5xx', atMs: minute(2) }];
    expect(await ask(['churn-any-5xx'], [ofEndpoint()], { alarmsEntered })).toMatchObject({ result: 'successful' });
  });

  test('does not care for alarms it was not told to watch', async () => {
    const alarmsEntered = [{ alarmName: 'somebody-elses', atMs: minute(2) }];
    expect(await ask(['churn-b-5xx'], [alarmState()], { alarmsEntered })).toMatchObject({ result: 'successful' });
  });

  test('has no evidence from an alarm that does not exist or has no data', async () => {
    expect(await ask(['churn-b-5xx', 'gone'], [alarmState()])).toMatchObject({
      result: 'inconclusive',
      reason: 'alarm-missing',
      evidence: { alarms: [{ alarmName: 'gone', reason: 'CloudWatch knows no alarm "gone"' }] },
    });
    expect(await ask(['churn-b-5xx'], [alarmState({ state: 'INSUFFICIENT_DATA' })])).toMatchObject({ result: 'inconclusive', reason: 'no-data' });
  });

  test('fails before all else: a red canary is red, whatever is missing beside it', async () => {
    const states = [alarmState({ state: 'ALARM' }), ofEndpoint({ state: 'ALARM' }), alarmState({ alarmName: 'quiet', state: 'INSUFFICIENT_DATA' })];
    expect(await ask(['gone', 'quiet', 'churn-any-5xx', 'churn-b-5xx'], states)).toMatchObject({
      result: 'failed',
      evidence: { alarms: [{ alarmName: 'churn-b-5xx' }] },
    });
  });

  test('fills in the endpoint and this rollout’s canary, which is what a bake listens for', () => {
    const canary = { endpointName: 'churn', variantName: 'churn-b' };
    expect(alarm.alarmNames?.({ type: 'alarm', observe: false, alarmNames: ['{endpoint}/{variant}-5xx', 'plain'] }, canary)).toEqual([
      'churn/churn-b-5xx',
      'plain',
    ]);
  });
});
