import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { cloudWatchAlarms } from '../../src/aws/alarms.ts';
import { refuse, scriptedAws } from './client.ts';

const at = new Date('2026-11-22T12:00:00Z');

test('statesOf() has metric and composite alarms in the order asked, and leaves out what does not exist', async () => {
  const aws = scriptedAws();
  aws.serve('cloudwatch', {
    DescribeAlarms: () => ({
      MetricAlarms: [
        {
          AlarmName: 'rate',
          StateValue: 'ALARM',
          StateReason: 'Threshold Crossed',
          StateTransitionedTimestamp: at,
          Dimensions: [{ Name: 'VariantName', Value: 'churn-b' }],
        },
      ],
      CompositeAlarms: [{ AlarmName: 'all', StateValue: 'OK', StateUpdatedTimestamp: at }],
    }),
  });
  expect(await cloudWatchAlarms(new CloudWatchClient(aws.options)).statesOf(['all', 'gone', 'rate'])).toEqual([
    { alarmName: 'all', state: 'OK', reason: '', changedAtMs: at.getTime(), dimensions: {} },
    { alarmName: 'rate', state: 'ALARM', reason: 'Threshold Crossed', changedAtMs: at.getTime(), dimensions: { VariantName: 'churn-b' } },
  ]);
  // Without the type CloudWatch leaves composite alarms out.
  expect(aws.asked('DescribeAlarms')).toMatchObject([{ AlarmNames: ['all', 'gone', 'rate'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }]);
});

test('statesOf() asks for 100 names a call, and nothing for none', async () => {
  const aws = scriptedAws();
  aws.serve('cloudwatch', { DescribeAlarms: () => ({ MetricAlarms: [], CompositeAlarms: [] }) });
  const alarms = cloudWatchAlarms(new CloudWatchClient(aws.options));
  await alarms.statesOf([]);
  await alarms.statesOf(Array.from({ length: 101 }, (_, index) => `alarm-${index}`));
  expect(aws.asked('DescribeAlarms').map((input) => (input as { AlarmNames: string[] }).AlarmNames.length)).toEqual([100, 1]);
});

test('enteredSince() reads every page of a history, and of it only the entries into ALARM', async () => {
  const aws = scriptedAws();
  const item = (minute: number, stateValue: string) => ({
    AlarmName: 'rate',
    Timestamp: new Date(at.getTime() + minute * 60_000),
    HistoryItemType: 'StateUpdate' as const,
    // As recorded from AWS: JSON as text.
    HistoryData: JSON.stringify({ version: '1.0', oldState: { stateValue: 'OK' }, newState: { stateValue, stateReason: 'Threshold Crossed' } }),
  });
  aws.serve('cloudwatch', {
    DescribeAlarmHistory: (input) =>
      (input as { NextToken?: string }).NextToken === undefined
        ? { AlarmHistoryItems: [item(1, 'ALARM'), item(2, 'OK')], NextToken: 'more' }
        : { AlarmHistoryItems: [item(3, 'INSUFFICIENT_DATA'), item(4, 'ALARM')] },
  });
  const alarms = cloudWatchAlarms(new CloudWatchClient(aws.options));
  expect(await alarms.enteredSince('rate', at.getTime())).toEqual([at.getTime() + 60_000, at.getTime() + 240_000]);
  expect(aws.asked('DescribeAlarmHistory')).toMatchObject([
    { AlarmName: 'rate', HistoryItemType: 'StateUpdate', StartDate: at, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
    { NextToken: 'more' },
  ]);
});

const definition = {
  alarmName: 'sluice-churn-2-errors',
  description: 'Made by Sluice',
  namespace: 'AWS/SageMaker',
  metricName: 'Invocation5XXErrors',
  dimensions: { EndpointName: 'churn', VariantName: 'churn-b' },
  statistic: 'Average',
  periodSeconds: 60,
  periods: 3,
  datapoints: 2,
  comparison: 'GreaterThanThreshold',
  threshold: 0.05,
  missingData: 'notBreaching',
} as const;

test('put() asks for an alarm in CloudWatch’s words, with its tags; a percentile has a member of its own', async () => {
  const aws = scriptedAws();
  aws.serve('cloudwatch', { PutMetricAlarm: () => ({}) });
  const alarms = cloudWatchAlarms(new CloudWatchClient(aws.options));
  await alarms.put(definition, { 'sluice:rollout': 'churn-1' });
  await alarms.put({ ...definition, statistic: 'p99.9' }, {});
  const [average, percentile] = aws.asked('PutMetricAlarm');
  expect(average).toEqual({
    AlarmName: 'sluice-churn-2-errors',
    AlarmDescription: 'Made by Sluice',
    Namespace: 'AWS/SageMaker',
    MetricName: 'Invocation5XXErrors',
    Dimensions: [
      { Name: 'EndpointName', Value: 'churn' },
      { Name: 'VariantName', Value: 'churn-b' },
    ],
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 0.05,
    TreatMissingData: 'notBreaching',
    Tags: [{ Key: 'sluice:rollout', Value: 'churn-1' }],
  });
  expect(percentile).toMatchObject({ ExtendedStatistic: 'p99.9' });
  expect(percentile).not.toHaveProperty('Statistic');
});

test('delete() deletes one alarm, and one that is gone already is fine', async () => {
  const aws = scriptedAws();
  let gone = false;
  aws.serve('cloudwatch', { DeleteAlarms: () => (gone ? refuse('ResourceNotFound')() : {}) });
  const alarms = cloudWatchAlarms(new CloudWatchClient(aws.options));
  await alarms.delete('sluice-churn-2-errors');
  gone = true;
  await alarms.delete('sluice-churn-2-errors');
  expect(aws.asked('DeleteAlarms')).toEqual([{ AlarmNames: ['sluice-churn-2-errors'] }, { AlarmNames: ['sluice-churn-2-errors'] }]);
});
