import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { AlarmState, Alarms } from '../ports/alarms.ts';
import { attempt } from './errors.ts';

/** DescribeAlarms takes this many names a call. */
const namesACall = 100;

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
  };
}
