import type { DescribeAlarmHistoryOutput, DescribeAlarmsOutput, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { at, canary, sagemaker, type TestCloudWatch, testCloudWatch } from './cloudwatch.ts';

const minimal = {
  AlarmName: 'errors',
  Namespace: 'AWS/SageMaker',
  MetricName: 'Invocation5XXErrors',
  Dimensions: canary,
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 30,
  ComparisonOperator: 'GreaterThanThreshold',
};

const describeAlarms = (cloudWatch: TestCloudWatch, input: object = {}) => cloudWatch.call<DescribeAlarmsOutput>('DescribeAlarms', input);
async function described(cloudWatch: TestCloudWatch, name = 'errors'): Promise<MetricAlarm | undefined> {
  return (await describeAlarms(cloudWatch, { AlarmNames: [name] })).MetricAlarms?.[0];
}
const defined = (record: object) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

describe('PutMetricAlarm', () => {
  it('describes a minimal alarm as AWS did', async () => {
    const cloudWatch = testCloudWatch();
    const { Dimensions: _, ...input } = minimal;
    await cloudWatch.call('PutMetricAlarm', input);
    const output = await describeAlarms(cloudWatch);
    const now = at('09:02:11.120');
    expect(output.CompositeAlarms).toEqual([]);
    // Exactly the members AWS was recorded to answer.
    expect(output.MetricAlarms?.map(defined)).toEqual([
      {
        ActionsEnabled: true,
        AlarmActions: [],
        AlarmArn: 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors',
        AlarmConfigurationUpdatedTimestamp: now,
        AlarmName: 'errors',
        ComparisonOperator: 'GreaterThanThreshold',
        Dimensions: [],
        EvaluationPeriods: 1,
        InsufficientDataActions: [],
        MetricName: 'Invocation5XXErrors',
        Namespace: 'AWS/SageMaker',
        OKActions: [],
        Period: 60,
        StateReason: 'Unchecked: Initial alarm creation',
        StateTransitionedTimestamp: now,
        StateUpdatedTimestamp: now,
        StateValue: 'INSUFFICIENT_DATA',
        Statistic: 'Sum',
        Threshold: 30,
      },
    ]);
  });

  it('keeps the state of an alarm it replaces, and ignores the tags', async () => {
    const cloudWatch = testCloudWatch();
    const tags = (Value: string) => ({ Tags: [{ Key: 'owner', Value }] });
    await cloudWatch.call('PutMetricAlarm', { ...minimal, AlarmDescription: 'first', ...tags('a') });
    await cloudWatch.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'by hand' });
    await cloudWatch.call('PutMetricAlarm', { ...minimal, Threshold: 5, ...tags('b') });
    expect(await described(cloudWatch)).toMatchObject({ StateValue: 'ALARM', StateReason: 'by hand', Threshold: 5, AlarmDescription: undefined });
    const ResourceARN = 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors';
    expect(await cloudWatch.call('ListTagsForResource', { ResourceARN })).toEqual({ Tags: [{ Key: 'owner', Value: 'a' }] });
  });

  const metric = (Id: string, ReturnData: boolean) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'a', MetricName: Id }, Period: 60, Stat: 'Sum' },
    ReturnData,
  });
  const math = { Namespace: undefined, MetricName: undefined, Dimensions: undefined, Statistic: undefined, Period: undefined };
  it.each([
    [{ Period: 45 }, 'ValidationException'],
    [{ Period: 300, EvaluationPeriods: 289 }, 'ValidationException'],
    [{ Period: 3600, EvaluationPeriods: 169 }, 'ValidationException'],
    [{ DatapointsToAlarm: 2 }, 'ValidationException'],
    [{ TreatMissingData: 'sometimes' }, 'ValidationException'],
    [{ ExtendedStatistic: 'p99' }, 'InvalidParameterCombinationException'],
    [{ Threshold: undefined }, 'MissingRequiredParameterException'],
    [{ Statistic: undefined }, 'MissingRequiredParameterException'],
    [{ Metrics: [metric('a', true)] }, 'InvalidParameterCombinationException'],
    [{ ...math, Metrics: [metric('a', true), metric('b', true)] }, 'ValidationException'],
    [{ ...math, Metrics: [metric('a', false)] }, 'ValidationException'],
    [{ ...math, Metrics: [{ Id: 'e', Expression: 'METRICS()' }, metric('a', false), metric('b', false)] }, 'ValidationException'],
    [{ ...math, Metrics: [{ Id: 'e', Expression: 'SUM(a)' }, metric('a', false)] }, 'ValidationException'],
    [{ ComparisonOperator: 'GreaterThanUpperThreshold' }, 'NotEmulated'],
    [{ ThresholdMetricId: 'ad1' }, 'NotEmulated'],
    [{ WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: 5 } }, 'NotEmulated'],
    [{ Statistic: undefined, ExtendedStatistic: 'tm99' }, 'NotEmulated'],
  ])('refuses %o with %s', async (change, code) => {
    const cloudWatch = testCloudWatch();
    await expect(cloudWatch.call('PutMetricAlarm', { ...minimal, ...change })).rejects.toMatchObject({ code });
    expect(cloudWatch.alarms()).toEqual([]);
  });
});

describe('a metric alarm', () => {
  it('is evaluated once a minute at a moment of its own; without alarms nothing runs', async () => {
    const cloudWatch = testCloudWatch();
    const evaluations = (name: string) =>
      cloudWatch.traced.filter(({ kind, alarm }) => kind === 'alarm' && alarm === name).map(({ at }) => new Date(String(at)).getTime());
    await cloudWatch.kernel.clock.advance(3_600_000);
    expect(cloudWatch.traced).toEqual([]);
    for (const AlarmName of ['one', 'two']) await cloudWatch.call('PutMetricAlarm', { ...minimal, AlarmName });
    await cloudWatch.kernel.clock.advance(600_000);
    const [one, two] = [evaluations('one'), evaluations('two')];
    expect(one).toHaveLength(10);
    expect(new Set([...one, ...two].map((ms) => ms % 60_000)).size).toBe(2);
    await cloudWatch.call('DeleteAlarms', { AlarmNames: ['one', 'two'] });
    await cloudWatch.kernel.clock.advance(600_000);
    expect(evaluations('one')).toHaveLength(10);
  });

  it('of 10 seconds is evaluated every 10 seconds', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutMetricAlarm', { ...minimal, Period: 10 });
    await cloudWatch.kernel.clock.advance(60_000);
    expect(cloudWatch.traced.filter(({ kind }) => kind === 'alarm')).toHaveLength(6);
  });

  it('reads whole periods only, and sees datapoints that arrive late', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 30_000 });
    await cloudWatch.call('PutMetricAlarm', { ...minimal, TreatMissingData: 'notBreaching' });
    await cloudWatch.until('09:10:10');
    await cloudWatch.publish('Invocation5XXErrors', '09:10:00', 120, 100);
    await cloudWatch.until('09:10:45');
    expect((await described(cloudWatch))?.StateValue).toBe('OK');
    await cloudWatch.until('09:11:31');
    expect(await described(cloudWatch)).toMatchObject({
      StateValue: 'ALARM',
      StateReason: 'Threshold Crossed: 1 datapoint [100.0 (05/10/26 09:10:00)] was greater than the threshold (30.0).',
    });
    // Published 90 s after its minute ended: two evaluations have passed it by, the third sees it.
    await cloudWatch.until('09:17:30.500');
    expect((await described(cloudWatch))?.StateValue).toBe('OK');
    await cloudWatch.publish('Invocation5XXErrors', '09:15:00', 120, 100);
    await cloudWatch.until('09:18:31');
    expect((await described(cloudWatch))?.StateReason).toContain('[100.0 (05/10/26 09:15:00)]');
  });

  it('traces each evaluation with what it saw', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 30_000 });
    await cloudWatch.call('PutMetricAlarm', minimal);
    await cloudWatch.publish('Invocation5XXErrors', '09:02:00', 10, 40);
    await cloudWatch.until('09:03:31');
    expect(cloudWatch.traced.at(-1)).toEqual({
      at: '2026-10-05T09:03:30.000Z',
      kind: 'alarm',
      alarm: 'errors',
      until: '2026-10-05T09:03:00.000Z',
      datapoints: [null, null, 40],
      before: 'INSUFFICIENT_DATA',
      after: 'ALARM',
    });
  });

  it('slides its window by the minute, whatever its period', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 40_985 });
    await cloudWatch.call('PutMetricAlarm', { ...minimal, Period: 300 });
    await cloudWatch.until('09:16:00');
    await cloudWatch.publish('Invocation5XXErrors', '09:13:00', 10, 40);
    await cloudWatch.until('09:17:41');
    // AWS was seen to read a 5-minute period from 16:59 at 17:04:40.985.
    expect((await described(cloudWatch))?.StateReason).toBe(
      'Threshold Crossed: 1 datapoint [40.0 (05/10/26 09:11:00)] was greater than the threshold (30.0).',
    );
  });

  // Texts as AWS wrote them to others, with these names and numbers.
  it.each([
    [
      { EvaluationPeriods: 2, TreatMissingData: 'breaching' },
      {},
      'ALARM',
      'Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].',
    ],
    [
      { TreatMissingData: 'notBreaching' },
      {},
      'OK',
      'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
    ],
    [
      { EvaluationPeriods: 3, DatapointsToAlarm: 3 },
      { '09:07': 1, '09:08': 2, '09:09': 3 },
      'OK',
      'Threshold Crossed: 3 out of the last 3 datapoints [3.0 (05/10/26 09:09:00), 2.0 (05/10/26 09:08:00), 1.0 (05/10/26 09:07:00)] were not greater than the threshold (30.0) (minimum 1 datapoint for ALARM -> OK transition).',
    ],
    [
      { EvaluationPeriods: 3 },
      { '09:07': 31, '09:08': 32.5, '09:09': 33 },
      'ALARM',
      'Threshold Crossed: 3 datapoints [33.0 (05/10/26 09:09:00), 32.5 (05/10/26 09:08:00), 31.0 (05/10/26 09:07:00)] were greater than the threshold (30.0).',
    ],
    [
      { EvaluationPeriods: 20, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching', ComparisonOperator: 'GreaterThanOrEqualToThreshold' },
      { '09:09': 613 },
      'ALARM',
      'Threshold Crossed: 1 out of the last 20 datapoints [613.0 (05/10/26 09:09:00)] was greater than or equal to the threshold (30.0) and 19 missing datapoints were treated as [NonBreaching] (minimum 1 datapoint for OK -> ALARM transition).',
    ],
    [
      { EvaluationPeriods: 3, DatapointsToAlarm: 2, TreatMissingData: 'breaching' },
      { '09:09': 1 },
      'ALARM',
      'Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as [Breaching].',
    ],
    [
      { EvaluationPeriods: 6, ComparisonOperator: 'LessThanOrEqualToThreshold', Threshold: 0 },
      { '09:04': 0, '09:05': 0, '09:06': 0, '09:07': 0, '09:08': 0, '09:09': 0 },
      'ALARM',
      'Threshold Crossed: 6 datapoints were less than or equal to the threshold (0.0). The most recent datapoints which crossed the threshold: [0.0 (05/10/26 09:09:00), 0.0 (05/10/26 09:08:00), 0.0 (05/10/26 09:07:00), 0.0 (05/10/26 09:06:00), 0.0 (05/10/26 09:05:00)].',
    ],
  ])('with %o over %o is %s and says so', async (change, data, state, reason) => {
    const cloudWatch = testCloudWatch({ startsAt: '09:10:00', phaseMs: 10_000 });
    for (const [minute, sum] of Object.entries(data)) await cloudWatch.publish('Invocation5XXErrors', `${minute}:00`, 10, sum);
    await cloudWatch.call('PutMetricAlarm', { ...minimal, ...change });
    await cloudWatch.until('09:10:11');
    expect(await described(cloudWatch)).toMatchObject({ StateValue: state, StateReason: reason });
  });

  it('without data says how many datapoints were unknown, and when they should have been', async () => {
    const cloudWatch = testCloudWatch({ startsAt: '12:31:00', phaseMs: 29_591 });
    await cloudWatch.call('PutMetricAlarm', { ...minimal, EvaluationPeriods: 5, Statistic: 'Average', Threshold: 5 });
    await cloudWatch.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'test' });
    await cloudWatch.until('12:31:30');
    const alarm = await described(cloudWatch);
    expect(alarm).toMatchObject({ StateValue: 'INSUFFICIENT_DATA', StateReason: 'Insufficient Data: 5 datapoints were unknown.' });
    // Recorded from AWS, moved to this day.
    expect(alarm?.StateReasonData).toBe(
      '{"version":"1.0","queryDate":"2026-10-05T12:31:29.591+0000","statistic":"Average","period":60,"recentDatapoints":[],"threshold":5.0,"evaluatedDatapoints":[{"timestamp":"2026-10-05T12:30:00.000+0000"},{"timestamp":"2026-10-05T12:29:00.000+0000"},{"timestamp":"2026-10-05T12:28:00.000+0000"},{"timestamp":"2026-10-05T12:27:00.000+0000"},{"timestamp":"2026-10-05T12:26:00.000+0000"}]}',
    );
  });

  it('of AWS/DynamoDB ignores missing data whatever it asks for', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutMetricAlarm', { ...minimal, Namespace: 'AWS/DynamoDB', TreatMissingData: 'breaching' });
    await cloudWatch.kernel.clock.advance(300_000);
    expect((await described(cloudWatch))?.StateValue).toBe('INSUFFICIENT_DATA');
  });

  it.each([
    ['ignore', 50, 'INSUFFICIENT_DATA'],
    ['evaluate', 50, 'ALARM'],
    ['ignore', 100, 'ALARM'],
  ])('on p90 with %s and %d samples is %s: fewer than 10 / (1 - p) are too few', async (EvaluateLowSampleCountPercentile, samples, state) => {
    const cloudWatch = testCloudWatch({ startsAt: '09:10:00', phaseMs: 10_000 });
    const datum = { MetricName: minimal.MetricName, Dimensions: canary, Timestamp: at('09:09:00'), Values: [99], Counts: [samples] };
    await cloudWatch.call('PutMetricData', { Namespace: minimal.Namespace, MetricData: [datum] }, sagemaker);
    await cloudWatch.call('PutMetricAlarm', { ...minimal, Statistic: undefined, ExtendedStatistic: 'p90', EvaluateLowSampleCountPercentile });
    await cloudWatch.until('09:10:11');
    expect((await described(cloudWatch))?.StateValue).toBe(state);
  });
});

describe('SetAlarmState', () => {
  it('holds until the next evaluation', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 30_000 });
    await cloudWatch.call('PutMetricAlarm', { ...minimal, TreatMissingData: 'notBreaching' });
    await cloudWatch.until('09:02:31');
    await cloudWatch.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'testing alarm' });
    await cloudWatch.until('09:03:29');
    expect(await described(cloudWatch)).toMatchObject({
      StateValue: 'ALARM',
      StateReason: 'testing alarm',
      StateReasonData: undefined,
      StateTransitionedTimestamp: at('09:02:31'),
    });
    await cloudWatch.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'again' });
    expect(await described(cloudWatch)).toMatchObject({ StateUpdatedTimestamp: at('09:03:29'), StateTransitionedTimestamp: at('09:02:31') });
    await cloudWatch.until('09:03:31');
    expect((await described(cloudWatch))?.StateValue).toBe('OK');
  });

  it('answers an unknown alarm with 404 and no message, a bad state in the words of AWS', async () => {
    const cloudWatch = testCloudWatch();
    const set = (StateValue: string) => cloudWatch.call('SetAlarmState', { AlarmName: 'unknown', StateValue, StateReason: 'x' });
    await expect(set('OK')).rejects.toMatchObject({ code: 'ResourceNotFound', status: 404, message: '', queryCode: 'ResourceNotFound' });
    await expect(set('INVALID')).rejects.toMatchObject({
      code: 'ValidationException',
      queryCode: 'ValidationError',
      message:
        "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
    });
  });
});

describe('DescribeAlarms', () => {
  async function several(): Promise<TestCloudWatch> {
    const cloudWatch = testCloudWatch();
    for (const AlarmName of ['b-2', 'a-1', 'b-1']) await cloudWatch.call('PutMetricAlarm', { ...minimal, AlarmName });
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'b-all', AlarmRule: 'ALARM(b-1) AND ALARM(b-2)' });
    return cloudWatch;
  }
  const names = (output: DescribeAlarmsOutput) =>
    [output.MetricAlarms, output.CompositeAlarms].map((list) => list?.map(({ AlarmName }) => AlarmName));

  it('answers metric alarms alone unless composite alarms are asked for', async () => {
    const cloudWatch = await several();
    expect(names(await describeAlarms(cloudWatch, { AlarmNamePrefix: 'b' }))).toEqual([['b-1', 'b-2'], []]);
    expect(names(await describeAlarms(cloudWatch, { AlarmTypes: ['CompositeAlarm'] }))).toEqual([[], ['b-all']]);
    expect(
      names(await describeAlarms(cloudWatch, { AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], AlarmNames: ['b-all', 'a-1', 'unknown'] })),
    ).toEqual([['a-1'], ['b-all']]);
  });

  it('filters by state and pages', async () => {
    const cloudWatch = await several();
    await cloudWatch.call('SetAlarmState', { AlarmName: 'b-2', StateValue: 'ALARM', StateReason: 'x' });
    expect(names(await describeAlarms(cloudWatch, { StateValue: 'ALARM' }))).toEqual([['b-2'], []]);
    const first = await describeAlarms(cloudWatch, { MaxRecords: 2 });
    expect(names(first)).toEqual([['a-1', 'b-1'], []]);
    const second = await describeAlarms(cloudWatch, { MaxRecords: 2, NextToken: first.NextToken });
    expect(names(second)).toEqual([['b-2'], []]);
    expect(second.NextToken).toBeUndefined();
  });

  it('asks for the named alarms, or for everything where composite alarms are meant', () => {
    const cloudWatch = testCloudWatch();
    const action = 'cloudwatch:DescribeAlarms';
    const alarm = (name: string) => ({ action, resource: `arn:aws:cloudwatch:eu-west-1:000000000000:alarm:${name}` });
    expect(cloudWatch.access('DescribeAlarms', { AlarmNames: ['a', 'b'] })).toEqual([alarm('a'), alarm('b')]);
    expect(cloudWatch.access('DescribeAlarms', { AlarmNamePrefix: 'a' })).toEqual([alarm('a*')]);
    expect(cloudWatch.access('DescribeAlarms', { AlarmNames: ['a'], AlarmTypes: ['CompositeAlarm'] })).toEqual([{ action, resource: '*' }]);
  });
});

describe('DescribeAlarmHistory', () => {
  it('tells a state update as AWS does, newest first, and outlives the alarm', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 30_000 });
    await cloudWatch.call('PutMetricAlarm', minimal);
    await cloudWatch.publish('Invocation5XXErrors', '09:02:00', 2, 43);
    await cloudWatch.until('09:03:31');
    await cloudWatch.call('DeleteAlarms', { AlarmNames: ['errors'] });
    const history = (input: object) => cloudWatch.call<DescribeAlarmHistoryOutput>('DescribeAlarmHistory', { AlarmName: 'errors', ...input });
    const { AlarmHistoryItems: [item] = [] } = await history({ HistoryItemType: 'StateUpdate' });
    expect(item).toMatchObject({
      AlarmName: 'errors',
      AlarmType: 'MetricAlarm',
      HistoryItemType: 'StateUpdate',
      HistorySummary: 'Alarm updated from INSUFFICIENT_DATA to ALARM',
      Timestamp: at('09:03:30'),
    });
    expect(JSON.parse(item?.HistoryData ?? '')).toEqual({
      version: '1.0',
      oldState: { stateValue: 'INSUFFICIENT_DATA', stateReason: 'Unchecked: Initial alarm creation' },
      newState: {
        stateValue: 'ALARM',
        stateReason: 'Threshold Crossed: 1 datapoint [43.0 (05/10/26 09:02:00)] was greater than the threshold (30.0).',
        stateReasonData: {
          version: '1.0',
          queryDate: '2026-10-05T09:03:30.000+0000',
          startDate: '2026-10-05T09:02:00.000+0000',
          statistic: 'Sum',
          period: 60,
          recentDatapoints: [43],
          threshold: 30,
          evaluatedDatapoints: [{ timestamp: '2026-10-05T09:02:00.000+0000', sampleCount: 2, value: 43 }],
        },
      },
    });
    const all = await history({});
    expect(all.AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm "errors" deleted',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "errors" created',
    ]);
  });

  it('tells of an action that failed', async () => {
    const topic = 'arn:aws:sns:eu-west-1:000000000000:gone';
    const cloudWatch = testCloudWatch({ cloud: { call: () => Promise.reject(new AwsError('NotFoundException', 'Topic does not exist')) } });
    await cloudWatch.call('PutMetricAlarm', { ...minimal, AlarmActions: [topic] });
    await cloudWatch.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'x' });
    await cloudWatch.kernel.clock.settle();
    const { AlarmHistoryItems } = await cloudWatch.call<DescribeAlarmHistoryOutput>('DescribeAlarmHistory', { HistoryItemType: 'Action' });
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([`Failed to execute action ${topic}`]);
    expect(cloudWatch.kernel.crashes).toEqual([]);
  });
});

describe('a composite alarm', () => {
  const set = (cloudWatch: TestCloudWatch, AlarmName: string, StateValue: string) =>
    cloudWatch.call('SetAlarmState', { AlarmName, StateValue, StateReason: 'x' });
  const stateOf = (cloudWatch: TestCloudWatch, name: string) => cloudWatch.alarms().find((alarm) => alarm.name === name)?.state;

  it('follows its children, also through another composite alarm', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 0 });
    for (const AlarmName of ['a', 'b']) await cloudWatch.call('PutMetricAlarm', { ...minimal, AlarmName, TreatMissingData: 'ignore' });
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'either', AlarmRule: 'ALARM(a) OR ALARM(b)' });
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'outer', AlarmRule: 'ALARM(either) AND NOT ALARM(b)' });
    await cloudWatch.kernel.clock.advance(1_000);
    expect([stateOf(cloudWatch, 'either'), stateOf(cloudWatch, 'outer')]).toEqual(['OK', 'OK']);
    await set(cloudWatch, 'a', 'ALARM');
    await cloudWatch.kernel.clock.advance(2_000);
    expect([stateOf(cloudWatch, 'either'), stateOf(cloudWatch, 'outer')]).toEqual(['ALARM', 'ALARM']);
    await set(cloudWatch, 'b', 'ALARM');
    await cloudWatch.kernel.clock.advance(2_000);
    expect([stateOf(cloudWatch, 'either'), stateOf(cloudWatch, 'outer')]).toEqual(['ALARM', 'OK']);
  });

  it('set by hand stays until a child changes', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 0 });
    await cloudWatch.call('PutMetricAlarm', { ...minimal, TreatMissingData: 'ignore' });
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'all', AlarmRule: 'ALARM(errors)' });
    await cloudWatch.kernel.clock.advance(1_000);
    await set(cloudWatch, 'all', 'ALARM');
    await cloudWatch.kernel.clock.advance(3_600_000);
    expect(stateOf(cloudWatch, 'all')).toBe('ALARM');
    await set(cloudWatch, 'errors', 'OK');
    await cloudWatch.kernel.clock.advance(1_000);
    expect(stateOf(cloudWatch, 'all')).toBe('OK');
  });

  it('needs its children to exist, and they can not go before it', async () => {
    const cloudWatch = testCloudWatch();
    await expect(cloudWatch.call('PutCompositeAlarm', { AlarmName: 'all', AlarmRule: 'ALARM(x) OR OK(y)' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Could not save the composite alarm as alarms [x, y] in the alarm rule do not exist',
    });
    await cloudWatch.call('PutMetricAlarm', minimal);
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'all', AlarmRule: 'ALARM(errors)' });
    await expect(cloudWatch.call('DeleteAlarms', { AlarmNames: ['errors'] })).rejects.toMatchObject({ code: 'ValidationException' });
    await cloudWatch.call('DeleteAlarms', { AlarmNames: ['errors', 'all'] });
    expect(cloudWatch.alarms()).toEqual([]);
  });

  it('is not evaluated in a circle', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'a', AlarmRule: 'FALSE' });
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'b', AlarmRule: 'NOT ALARM(a)' });
    await cloudWatch.kernel.clock.advance(5_000);
    expect(stateOf(cloudWatch, 'b')).toBe('ALARM');
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'a', AlarmRule: 'ALARM(b)' });
    await cloudWatch.kernel.clock.advance(60_000);
    expect([stateOf(cloudWatch, 'a'), stateOf(cloudWatch, 'b')]).toEqual(['OK', 'ALARM']);
  });
});

describe('DeleteAlarms', () => {
  it('deletes what it finds before it complains of what it does not', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutMetricAlarm', minimal);
    await expect(cloudWatch.call('DeleteAlarms', { AlarmNames: ['unknown', 'errors'] })).rejects.toMatchObject({
      code: 'ResourceNotFound',
      status: 404,
    });
    expect(cloudWatch.alarms()).toEqual([]);
  });
});

describe('determinism', () => {
  it('the same seed gives the same evaluations and events; another seed others', async () => {
    const run = async (seed: number) => {
      const cloudWatch = testCloudWatch({ seed });
      await cloudWatch.call('PutMetricAlarm', minimal);
      await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'all', AlarmRule: 'ALARM(errors)' });
      for (let minute = 2; minute < 10; minute++) {
        await cloudWatch.until(`09:0${minute}:50`);
        await cloudWatch.publish('Invocation5XXErrors', `09:0${minute}:00`, 10, minute * 7);
      }
      return JSON.stringify([cloudWatch.traced, cloudWatch.kernel.events]);
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});
