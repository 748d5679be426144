import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { cloudWatchAlarms } from '../../src/aws/alarms.ts';
import { scriptedAws } from './client.ts';

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
