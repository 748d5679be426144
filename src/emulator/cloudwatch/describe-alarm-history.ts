import type { DescribeAlarmHistoryCommandInput, DescribeAlarmHistoryOutput } from '@aws-sdk/client-cloudwatch';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { indexOf, tokenAt } from './paging.ts';
import type { CloudWatchState } from './state.ts';

/** History outlives its alarm: a deleted alarm's items are answered too. */
export const describeAlarmHistory = defineOperation<CloudWatchState, DescribeAlarmHistoryCommandInput, DescribeAlarmHistoryOutput>({
  name: 'DescribeAlarmHistory',
  access: (input, { alarms }) => [
    {
      action: 'cloudwatch:DescribeAlarmHistory',
      resource: input.AlarmTypes?.includes('CompositeAlarm') ? '*' : alarms.arnOf(input.AlarmName ?? '*'),
    },
  ],
  limits: {
    AlarmName: { min: 1, max: 255 },
    'AlarmTypes[]': { oneOf: ['CompositeAlarm', 'MetricAlarm', 'LogAlarm'] },
    HistoryItemType: { oneOf: ['ConfigurationUpdate', 'StateUpdate', 'Action', 'AlarmContributorStateUpdate', 'AlarmContributorAction'] },
    MaxRecords: { min: 1, max: 100 },
    ScanBy: { oneOf: ['TimestampDescending', 'TimestampAscending'] },
  },
  run(input, { alarms }) {
    if (input.AlarmContributorId !== undefined) throw notEmulated('DescribeAlarmHistory with AlarmContributorId');
    const types = input.AlarmTypes?.length ? input.AlarmTypes : ['MetricAlarm'];
    const found = alarms.history
      .items()
      .filter(
        (item) =>
          types.includes(item.alarmType) &&
          (input.AlarmName === undefined || item.alarmName === input.AlarmName) &&
          (input.HistoryItemType === undefined || item.type === input.HistoryItemType) &&
          (input.StartDate === undefined || item.atMs >= input.StartDate.getTime()) &&
          (input.EndDate === undefined || item.atMs <= input.EndDate.getTime()),
      );
    const ordered = input.ScanBy === 'TimestampAscending' ? found : found.toReversed();
    const from = indexOf(input.NextToken);
    const to = from + (input.MaxRecords ?? 100);
    return {
      AlarmHistoryItems: ordered.slice(from, to).map((item) => ({
        AlarmName: item.alarmName,
        AlarmType: item.alarmType,
        Timestamp: new Date(item.atMs),
        HistoryItemType: item.type,
        HistorySummary: item.summary,
        HistoryData: item.data,
      })),
      ...(to < ordered.length ? { NextToken: tokenAt(to) } : {}),
    };
  },
});
