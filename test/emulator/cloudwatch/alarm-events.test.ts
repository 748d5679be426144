import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canary, type TestCloudWatch, testCloudWatch } from './cloudwatch.ts';

interface AlarmEvent {
  readonly resources: readonly string[];
  readonly detail: {
    readonly alarmName: string;
    readonly configuration: { metrics?: { id: string }[]; [key: string]: unknown };
    readonly previousState: Record<string, unknown>;
    readonly state: { value: string; reason: string; reasonData?: string; timestamp: string };
  };
}

/** An event as AWS delivers it, moved to the test's account. */
const sample = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../events/cloudwatch-alarm-state-change-${name}.json`, import.meta.url), 'utf8').replaceAll(
      '111122223333',
      '000000000000',
    ),
  ) as AlarmEvent; // A recorded sample.

const stateChanges = (cloudWatch: TestCloudWatch) =>
  cloudWatch.kernel.events.filter(({ detailType }) => detailType === 'CloudWatch Alarm State Change') as unknown as AlarmEvent[]; // The detail is what this test reads.

const alarm5xx = {
  AlarmName: 'fraud-score-canary-5xx',
  Namespace: 'AWS/SageMaker',
  MetricName: 'Invocation5XXErrors',
  Dimensions: canary,
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0.02,
  ComparisonOperator: 'GreaterThanThreshold',
};

/** Ids of plain metrics are drawn; events differ in them. */
const withIdOf = (expected: AlarmEvent, actual: AlarmEvent | undefined) => ({
  ...expected.detail.configuration,
  metrics: expected.detail.configuration.metrics?.map((metric, index) => ({ ...metric, id: actual?.detail.configuration.metrics?.[index]?.id })),
});

describe('CloudWatch Alarm State Change', () => {
  it('of a first evaluation is as AWS delivers it', async () => {
    const expected = sample('first');
    const cloudWatch = testCloudWatch({ phaseMs: 40_100 });
    await cloudWatch.call('PutMetricAlarm', alarm5xx);
    await cloudWatch.until('09:05:30');
    await cloudWatch.publish('Invocation5XXErrors', '09:05:00', 120, 0);
    await cloudWatch.until('09:06:41');
    const [event, ...others] = stateChanges(cloudWatch);
    expect(others).toEqual([]);
    expect(event?.resources).toEqual(expected.resources);
    // We take no time between the query and the change; AWS took 3 ms.
    const state = { ...expected.detail.state, timestamp: '2026-10-05T09:06:40.100+0000' };
    expect(event?.detail).toEqual({ ...expected.detail, state, configuration: withIdOf(expected, event) });
  });

  it('of two breaches in three periods is as AWS delivers it', async () => {
    const expected = sample('metric');
    const cloudWatch = testCloudWatch({ phaseMs: 40_983 });
    await cloudWatch.call('PutMetricAlarm', { ...alarm5xx, AlarmDescription: 'Canary answers 5xx', EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    await cloudWatch.until('09:11:05');
    await cloudWatch.publish('Invocation5XXErrors', '09:10:00', 120, 0);
    await cloudWatch.until('09:12:05');
    await cloudWatch.publish('Invocation5XXErrors', '09:11:00', 120, 0);
    await cloudWatch.until('09:13:05');
    await cloudWatch.publishFlat('Invocation5XXErrors', '09:12:00', 120, 0.04);
    await cloudWatch.until('09:14:05');
    await cloudWatch.publishFlat('Invocation5XXErrors', '09:13:00', 120, 0.06);
    await cloudWatch.until('09:14:41');
    const event = stateChanges(cloudWatch).at(-1);
    expect(event?.detail.configuration).toEqual(withIdOf(expected, event));
    const { reasonData, ...state } = event?.detail.state ?? {};
    const { reasonData: expectedData, ...expectedState } = expected.detail.state;
    expect(state).toEqual({ ...expectedState, timestamp: '2026-10-05T09:14:40.983+0000' });
    // The sample shows one of the datapoints that decided; recordings show all of them, newest first.
    const second = ',{"timestamp":"2026-10-05T09:12:00.000+0000","sampleCount":120.0,"value":0.04}]}';
    expect(reasonData).toBe(expectedData?.replace(/\]\}$/, second));
    expect(Object.keys(event?.detail.previousState ?? {}).toSorted()).toEqual(Object.keys(expected.detail.previousState).toSorted());
    expect(event?.detail.previousState).toMatchObject({ value: 'OK', timestamp: '2026-10-05T09:11:40.983+0000' });
  });

  it('of a metric-math alarm is as AWS delivers it', async () => {
    const expected = sample('math');
    const cloudWatch = testCloudWatch({ phaseMs: 40_100 });
    const metric = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'AWS/SageMaker', MetricName, Dimensions: canary }, Period: 60, Stat: 'Sum' },
      ReturnData: false,
    });
    await cloudWatch.call('PutMetricAlarm', {
      AlarmName: 'fraud-score-canary-error-rate',
      Metrics: [
        { Id: 'rate', Expression: 'errors / MAX([requests, 1])', Label: 'error rate', ReturnData: true },
        metric('errors', 'Invocation5XXErrors'),
        metric('requests', 'Invocations'),
      ],
      EvaluationPeriods: 1,
      Threshold: 0.02,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    await cloudWatch.until('09:15:05');
    await cloudWatch.publish('Invocation5XXErrors', '09:14:00', 120, 6);
    await cloudWatch.publish('Invocations', '09:14:00', 120, 120);
    await cloudWatch.until('09:15:41');
    const state = { ...expected.detail.state, timestamp: '2026-10-05T09:15:40.100+0000' };
    expect(stateChanges(cloudWatch).map(({ detail }) => detail)).toEqual([{ ...expected.detail, state }]);
  });

  it('of a composite alarm names the child that just changed', async () => {
    const expected = sample('composite');
    const cloudWatch = testCloudWatch({ phaseMs: 0, startsAt: '09:06:39' });
    for (const AlarmName of ['fraud-score-canary-5xx', 'fraud-score-canary-latency'])
      await cloudWatch.call('PutMetricAlarm', { ...alarm5xx, AlarmName });
    await cloudWatch.until('09:06:40.103');
    const set = (AlarmName: string, StateValue: string) => cloudWatch.call('SetAlarmState', { AlarmName, StateValue, StateReason: 'by hand' });
    await set('fraud-score-canary-5xx', 'OK');
    await cloudWatch.until('09:06:41');
    await cloudWatch.call('PutCompositeAlarm', { AlarmName: 'fraud-score-canary-bad', AlarmRule: expected.detail.configuration['alarmRule'] });
    await cloudWatch.until('09:14:40.989');
    await set('fraud-score-canary-5xx', 'ALARM');
    await cloudWatch.until('09:14:42');
    const events = stateChanges(cloudWatch).filter(({ detail }) => detail.alarmName === 'fraud-score-canary-bad');
    expect(events.map(({ detail }) => detail.state.value)).toEqual(['OK', 'ALARM']);
    const [, event] = events;
    const { reason, reasonData, timestamp, value } = expected.detail.state;
    expect(event?.detail.state).toEqual({ reason, reasonData, timestamp, value });
    expect(event?.detail.previousState['reason']).toBe(expected.detail.previousState['reason']);
    expect(event?.detail.configuration).toEqual({ alarmRule: expected.detail.configuration['alarmRule'] });
  });
});

describe('CloudWatch Alarm Configuration Change', () => {
  it('of a new alarm tells the whole configuration as AWS does', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutMetricAlarm', {
      ...alarm5xx,
      AlarmDescription: 'Canary answers 5xx',
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
    });
    const [event] = cloudWatch.kernel.events;
    const id = expect.stringMatching(/^[0-9a-f]{8}-/) as unknown;
    // As AWS documents it, with its sample's values.
    expect(event).toEqual({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm Configuration Change',
      resources: ['arn:aws:cloudwatch:eu-west-1:000000000000:alarm:fraud-score-canary-5xx'],
      detail: {
        alarmName: 'fraud-score-canary-5xx',
        operation: 'create',
        state: { value: 'INSUFFICIENT_DATA', timestamp: '2026-10-05T09:02:11.120+0000' },
        configuration: {
          evaluationPeriods: 3,
          datapointsToAlarm: 2,
          threshold: 0.02,
          comparisonOperator: 'GreaterThanThreshold',
          treatMissingData: 'notBreaching',
          metrics: [
            {
              id,
              metricStat: {
                metric: {
                  namespace: 'AWS/SageMaker',
                  name: 'Invocation5XXErrors',
                  dimensions: { EndpointName: 'fraud-score', VariantName: 'canary' },
                },
                period: 60,
                stat: 'Average',
              },
              returnData: true,
            },
          ],
          alarmName: 'fraud-score-canary-5xx',
          description: 'Canary answers 5xx',
          actionsEnabled: true,
          timestamp: '2026-10-05T09:02:11.120+0000',
          okActions: [],
          alarmActions: [],
          insufficientDataActions: [],
        },
      },
    });
  });

  it('comes for update and deletion too', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutMetricAlarm', alarm5xx);
    await cloudWatch.call('PutMetricAlarm', { ...alarm5xx, Threshold: 0.5 });
    await cloudWatch.call('DeleteAlarms', { AlarmNames: [alarm5xx.AlarmName] });
    expect(cloudWatch.kernel.events.map(({ detail }) => detail['operation'])).toEqual(['create', 'update', 'delete']);
    expect(cloudWatch.kernel.events[1]?.detail).toMatchObject({ configuration: { threshold: 0.5 }, previousConfiguration: { threshold: 0.02 } });
  });
});

describe('alarm actions', () => {
  const topic = 'arn:aws:sns:eu-west-1:000000000000:alarms';
  const lambda = 'arn:aws:lambda:eu-west-1:000000000000:function:on-alarm';
  const reason = 'Threshold Crossed: 1 datapoint [0.06 (05/10/26 09:13:00)] was greater than the threshold (0.02).';

  async function fired(cloudWatch: TestCloudWatch, input: object) {
    await cloudWatch.call('PutMetricAlarm', { ...alarm5xx, AlarmDescription: 'Canary answers 5xx', TreatMissingData: 'notBreaching', ...input });
    await cloudWatch.until('09:14:05');
    await cloudWatch.call('SetAlarmState', { AlarmName: alarm5xx.AlarmName, StateValue: 'INSUFFICIENT_DATA', StateReason: 'before' });
    await cloudWatch.publishFlat('Invocation5XXErrors', '09:13:00', 120, 0.06);
    await cloudWatch.until('09:14:41');
  }

  it('tell an SNS topic what AWS tells it', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 40_989 });
    await fired(cloudWatch, { AlarmActions: [topic] });
    const [call, ...others] = cloudWatch.kernel.calls;
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      service: 'sns',
      operation: 'Publish',
      caller: {
        kind: 'service',
        service: 'cloudwatch.amazonaws.com',
        sourceArn: 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:fraud-score-canary-5xx',
      },
    });
    const { TopicArn, Subject, Message } = (call?.input ?? {}) as { TopicArn: string; Subject: string; Message: string }; // Publish's input.
    expect(TopicArn).toBe(topic);
    expect(Subject).toBe('ALARM: "fraud-score-canary-5xx" in EU (Ireland)');
    // Recorded from AWS, but for names, numbers and times.
    expect(JSON.parse(Message)).toEqual({
      AlarmName: 'fraud-score-canary-5xx',
      AlarmDescription: 'Canary answers 5xx',
      AWSAccountId: '000000000000',
      AlarmConfigurationUpdatedTimestamp: '2026-10-05T09:02:11.120+0000',
      NewStateValue: 'ALARM',
      NewStateReason: reason,
      StateChangeTime: '2026-10-05T09:14:40.989+0000',
      Region: 'EU (Ireland)',
      AlarmArn: 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:fraud-score-canary-5xx',
      OldStateValue: 'INSUFFICIENT_DATA',
      OKActions: [],
      AlarmActions: [topic],
      InsufficientDataActions: [],
      ActionExecutedAfterMuteWindow: false,
      Trigger: {
        MetricName: 'Invocation5XXErrors',
        Namespace: 'AWS/SageMaker',
        StatisticType: 'Statistic',
        Statistic: 'AVERAGE',
        Unit: null,
        Dimensions: [
          { value: 'fraud-score', name: 'EndpointName' },
          { value: 'canary', name: 'VariantName' },
        ],
        Period: 60,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0.02,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: '',
      },
    });
  });

  it('invoke a Lambda function with what AWS gives it', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 40_989 });
    await fired(cloudWatch, { AlarmActions: [lambda] });
    const [call] = cloudWatch.kernel.calls;
    expect(call).toMatchObject({ service: 'lambda', operation: 'Invoke', caller: { service: 'lambda.alarms.cloudwatch.amazonaws.com' } });
    const { Payload, ...input } = (call?.input ?? {}) as { Payload: Uint8Array }; // Invoke's input.
    expect(input).toEqual({ FunctionName: lambda, InvocationType: 'Event' });
    const payload = JSON.parse(Buffer.from(Payload).toString()) as { alarmData: { state: { reasonData?: string } } }; // Checked below.
    delete payload.alarmData.state.reasonData;
    expect(payload).toEqual({
      source: 'aws.cloudwatch',
      alarmArn: 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:fraud-score-canary-5xx',
      accountId: '000000000000',
      time: '2026-10-05T09:14:40.989+0000',
      region: 'eu-west-1',
      alarmData: {
        alarmName: 'fraud-score-canary-5xx',
        state: { value: 'ALARM', reason, timestamp: '2026-10-05T09:14:40.989+0000' },
        previousState: { value: 'INSUFFICIENT_DATA', reason: 'before', timestamp: '2026-10-05T09:14:05.000+0000' },
        configuration: {
          description: 'Canary answers 5xx',
          metrics: [
            {
              id: expect.any(String) as unknown,
              metricStat: {
                metric: {
                  namespace: 'AWS/SageMaker',
                  name: 'Invocation5XXErrors',
                  dimensions: { EndpointName: 'fraud-score', VariantName: 'canary' },
                },
                period: 60,
                stat: 'Average',
              },
              returnData: true,
            },
          ],
        },
      },
    });
  });

  it('are left out while disabled; the event is not', async () => {
    const cloudWatch = testCloudWatch({ phaseMs: 40_989 });
    await fired(cloudWatch, { AlarmActions: [topic], ActionsEnabled: false });
    expect(cloudWatch.kernel.calls).toEqual([]);
    expect(stateChanges(cloudWatch).at(-1)?.detail.state.value).toBe('ALARM');
    await cloudWatch.call('EnableAlarmActions', { AlarmNames: [alarm5xx.AlarmName, 'unknown'] });
    await cloudWatch.call('SetAlarmState', { AlarmName: alarm5xx.AlarmName, StateValue: 'OK', StateReason: 'by hand' });
    await cloudWatch.call('SetAlarmState', { AlarmName: alarm5xx.AlarmName, StateValue: 'ALARM', StateReason: 'by hand' });
    expect(cloudWatch.kernel.calls).toHaveLength(1);
  });

  it('are refused where they are neither topic nor function', async () => {
    const put = (action: string) => testCloudWatch().call('PutMetricAlarm', { ...alarm5xx, AlarmActions: [action] });
    await expect(put('arn:aws:autoscaling:eu-west-1:000000000000:scalingPolicy:x')).rejects.toMatchObject({ code: 'NotEmulated' });
    await expect(put('topic')).rejects.toMatchObject({ code: 'ValidationException', message: 'Invalid arn syntax: topic' });
  });
});
