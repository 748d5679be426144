import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { alarm } from '../../src/gates/alarm.ts';
import type { GateContext } from '../../src/gates/gate.ts';
import type { AlarmState } from '../../src/ports/alarms.ts';
import { Refused } from '../../src/rollout/errors.ts';
import { alarmState, context, minute, world } from './fixture.ts';

const specOf = (written: Omit<z.input<typeof alarm.spec>, 'type'>) => z.parse(alarm.spec, { type: 'alarm', ...written });

async function ask(alarmNames: string[], states: readonly AlarmState[], overrides: Partial<GateContext> = {}) {
  const spec = specOf({ alarmNames });
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
    const spec = specOf({ alarmNames: ['churn-b-5xx'] });
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

  test('fails by the event alone where CloudWatch does not answer, and holds without one', async () => {
    const { ports } = world({});
    const denied = async () => {
      throw new Refused('not authorized to perform: cloudwatch:DescribeAlarms');
    };
    const mute = { ...ports, alarms: { statesOf: denied, enteredSince: denied } };
    const spec = specOf({ alarmNames: ['{variant}-5xx', 'churn-any-5xx'] });
    const rang = context(entered);
    expect(alarm.judge(await alarm.measure(spec, mute, rang), spec, rang)).toMatchObject({
      result: 'failed',
      reason: 'alarm-firing',
      evidence: { alarms: [{ alarmName: 'churn-b-5xx', enteredAlarmAt: '2026-11-22T12:02:00.000Z' }] },
    });
    await expect(alarm.measure(spec, mute, context())).rejects.toThrow(Refused);
    // One of the whole endpoint blames nobody, whatever is known of it.
    await expect(alarm.measure(spec, mute, context({ alarmsEntered: [{ alarmName: 'churn-any-5xx', atMs: minute(2) }] }))).rejects.toThrow(Refused);
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
    expect(alarm.alarmNames?.(specOf({ alarmNames: ['{endpoint}/{variant}-5xx', 'plain'] }), canary)).toEqual(['churn/churn-b-5xx', 'plain']);
  });

  const errors = { name: 'errors', metric: { name: 'Invocation5XXErrors' }, max: 0.05 };

  test('has alarms made on the canary’s slot alone, under a name of this rollout’s configuration', () => {
    expect(alarm.alarmsToMake?.(specOf({ create: [errors] }), context().canary)).toEqual([
      {
        alarmName: 'sluice-churn-2-errors',
        description: 'Made by Sluice for variant churn-b of endpoint churn while it is a canary',
        namespace: 'AWS/SageMaker',
        metricName: 'Invocation5XXErrors',
        dimensions: { EndpointName: 'churn', VariantName: 'churn-b', EndpointConfigName: 'churn-2' },
        statistic: 'Average',
        periodSeconds: 60,
        periods: 1,
        datapoints: 1,
        comparison: 'GreaterThanThreshold',
        threshold: 0.05,
        missingData: 'notBreaching',
      },
    ]);
    const accuracy = {
      name: 'accuracy',
      metric: { namespace: 'Shop', name: 'Accuracy' },
      dimensions: { Model: '{endpoint}/{variant}' },
      statistic: 'p10',
      min: 0.9,
      period: '5m',
      periods: 3,
      datapoints: 2,
      missingData: 'missing' as const,
    };
    expect(alarm.alarmsToMake?.(specOf({ create: [accuracy] }), context().canary)).toMatchObject([
      {
        dimensions: { Model: 'churn/churn-b' },
        statistic: 'p10',
        periodSeconds: 300,
        periods: 3,
        datapoints: 2,
        comparison: 'LessThanThreshold',
        threshold: 0.9,
        missingData: 'missing',
      },
    ]);
  });

  test('asks for none of its own before the start, and blames the canary for them', async () => {
    const spec = specOf({ create: [errors], alarmNames: ['plain'] });
    expect(alarm.alarmNames?.(spec, context().canary)).toEqual(['plain']);
    const verdictOf = async (states: readonly AlarmState[]) =>
      alarm.judge(await alarm.measure(spec, world({}, states).ports, context()), spec, context());
    const plain = alarmState({ alarmName: 'plain', dimensions: {} });
    const own = (state: AlarmState['state']) => alarmState({ alarmName: 'sluice-churn-2-errors', dimensions: {}, state });
    expect(await verdictOf([plain, own('OK')])).toMatchObject({ result: 'successful' });
    expect(await verdictOf([plain, own('ALARM')])).toMatchObject({ result: 'failed', reason: 'alarm-firing' });
    expect(await verdictOf([plain, own('INSUFFICIENT_DATA')])).toMatchObject({ result: 'inconclusive', reason: 'no-data' });
    // Somebody deleted it.
    expect(await verdictOf([plain])).toMatchObject({ result: 'inconclusive', reason: 'alarm-missing' });
  });

  test.each<[string, object, string]>([
    ['no alarm at all', {}, 'alarmNames'],
    ['an alarm without a bound', { create: [{ ...errors, max: undefined }] }, 'create.0.max'],
    ['an alarm with two bounds', { create: [{ ...errors, min: 0 }] }, 'create.0.max'],
    ['more datapoints than periods', { create: [{ ...errors, periods: 2, datapoints: 3 }] }, 'create.0.datapoints'],
    ['periods of more than a day', { create: [{ ...errors, period: '1h', periods: 25 }] }, 'create.0.periods'],
    ['a period CloudWatch has none of', { create: [{ ...errors, period: '90s' }] }, 'create.0.period'],
    ['a statistic CloudWatch has none of', { create: [{ ...errors, statistic: 'Median' }] }, 'create.0.statistic'],
    ['a name that makes no alarm name', { create: [{ ...errors, name: 'too many!' }] }, 'create.0.name'],
    ['dimensions that are not one variant’s', { create: [{ ...errors, dimensions: { EndpointName: '{endpoint}' } }] }, 'create.0.dimensions'],
    ['a treatment of red there is none of', { alarmNames: ['x'], redBefore: 'ignore' }, 'redBefore'],
  ])('refuses a spec with %s', (_what, written, at) => {
    const parsed = z.safeParse(alarm.spec, { type: 'alarm', ...written });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([at]);
  });
});
