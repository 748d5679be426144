import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type Statistic,
} from '@aws-sdk/client-cloudwatch';
import type { AlarmState, Alarms } from '../ports/alarms.ts';
import { attempt, attemptToFind } from './errors.ts';
import { tagList } from './tags.ts';

/** DescribeAlarms takes this many names a call. */
const namesACall = 100;

/** The state an item of a history tells of; undefined where it tells of none. CloudWatch writes a JSON document as text. */
function newStateOf(historyData: string | undefined): string | undefined {
  const { newState } = JSON.parse(historyData ?? '{}') as { newState?: { stateValue?: string } }; // As CloudWatch documents a StateUpdate.
  return newState?.stateValue;
}

/** CloudWatch alarms, metric and composite, through the SDK. */
export function cloudWatchAlarms(client: CloudWatchClient = new CloudWatchClient()): Alarms {
  return {
    async statesOf(alarmNames) {
      const found: AlarmState[] = [];
      for (let first = 0; first < alarmNames.length; first += namesACall) {
        const names = alarmNames.slice(first, first + namesACall);
        const answer = await attempt(`Cannot describe alarms ${names.join(', ')}`, () =>
          client.send(new DescribeAlarmsCommand({ AlarmNames: names, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: namesACall })),
        );
        for (const alarm of [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])]) {
          if (alarm.AlarmName === undefined || alarm.StateValue === undefined) continue;
          const dimensions = 'Dimensions' in alarm ? (alarm.Dimensions ?? []) : [];
          found.push({
            alarmName: alarm.AlarmName,
            state: alarm.StateValue,
            reason: alarm.StateReason ?? '',
            changedAtMs: (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.getTime() ?? 0,
            dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name ?? '', Value ?? ''])),
          });
        }
      }
      return alarmNames.flatMap((name) => found.find((alarm) => alarm.alarmName === name) ?? []);
    },

    async enteredSince(alarmName, sinceMs) {
      const entered: number[] = [];
      let NextToken: string | undefined;
      do {
        const answer = await attempt(`Cannot read the history of alarm "${alarmName}"`, () =>
          client.send(
            new DescribeAlarmHistoryCommand({
              AlarmName: alarmName,
              AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
              HistoryItemType: 'StateUpdate',
              StartDate: new Date(sinceMs),
              ScanBy: 'TimestampAscending',
              ...(NextToken !== undefined && { NextToken }),
            }),
          ),
        );
        for (const { Timestamp, HistoryData } of answer.AlarmHistoryItems ?? []) {
          if (Timestamp && Timestamp.getTime() >= sinceMs && newStateOf(HistoryData) === 'ALARM') entered.push(Timestamp.getTime());
        }
        NextToken = answer.NextToken;
      } while (NextToken !== undefined);
      return entered;
    },

    async put(alarm, tags) {
      await attempt(`Cannot make alarm "${alarm.alarmName}"`, () =>
        client.send(
          new PutMetricAlarmCommand({
            AlarmName: alarm.alarmName,
            AlarmDescription: alarm.description,
            Namespace: alarm.namespace,
            MetricName: alarm.metricName,
            Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
            // A percentile has a member of its own; every other name is one of CloudWatch's statistics.
            ...(/^p\d/.test(alarm.statistic) ? { ExtendedStatistic: alarm.statistic } : { Statistic: alarm.statistic as Statistic }),
            Period: alarm.periodSeconds,
            EvaluationPeriods: alarm.periods,
            DatapointsToAlarm: alarm.datapoints,
            ComparisonOperator: alarm.comparison,
            Threshold: alarm.threshold,
            TreatMissingData: alarm.missingData,
            Tags: tagList(tags),
          }),
        ),
      );
    },

    async delete(alarmName) {
      await attemptToFind(`Cannot delete alarm "${alarmName}"`, () => client.send(new DeleteAlarmsCommand({ AlarmNames: [alarmName] })));
    },
  };
}
