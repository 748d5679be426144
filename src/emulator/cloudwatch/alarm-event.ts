import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { ServiceEvent } from '../kernel.ts';
import type { AlarmRecord, AlarmState } from './alarm.ts';
import { timestampText } from './aws-text.ts';

/** Leaves out what is undefined: events carry no such members. */
function present<T extends Record<string, unknown>>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }; // Only undefined members go.
}

const shownQuery = (query: MetricDataQuery) =>
  present({
    id: query.Id,
    expression: query.Expression,
    label: query.Label,
    metricStat:
      query.MetricStat &&
      present({
        metric: {
          namespace: query.MetricStat.Metric?.Namespace,
          name: query.MetricStat.Metric?.MetricName,
          dimensions: Object.fromEntries(
            (query.MetricStat.Metric?.Dimensions ?? []).map(({ Name, Value }): [string, string] => [Name ?? '', Value ?? '']),
          ),
        },
        period: query.MetricStat.Period,
        stat: query.MetricStat.Stat,
        unit: query.MetricStat.Unit,
      }),
    returnData: query.ReturnData ?? true,
  });

/** What a state change says of the alarm's configuration: little. */
export const shortConfiguration = (alarm: AlarmRecord) =>
  alarm.kind === 'metric'
    ? present({ description: alarm.input.AlarmDescription, metrics: alarm.watch.shown.map(shownQuery) })
    : present({ description: alarm.input.AlarmDescription, alarmRule: alarm.input.AlarmRule });

/** What a configuration change says: everything. */
export function fullConfiguration(alarm: AlarmRecord): Record<string, unknown> {
  const { input } = alarm;
  const common = {
    alarmName: alarm.name,
    description: input.AlarmDescription,
    actionsEnabled: alarm.actionsEnabled,
    timestamp: timestampText(alarm.configuredAtMs),
    okActions: input.OKActions ?? [],
    alarmActions: input.AlarmActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
  };
  if (alarm.kind === 'composite') return present({ alarmRule: alarm.input.AlarmRule, ...common });
  return present({
    evaluationPeriods: alarm.input.EvaluationPeriods,
    datapointsToAlarm: alarm.input.DatapointsToAlarm,
    threshold: alarm.input.Threshold,
    comparisonOperator: alarm.input.ComparisonOperator,
    treatMissingData: alarm.input.TreatMissingData,
    evaluateLowSampleCountPercentile: alarm.input.EvaluateLowSampleCountPercentile,
    metrics: alarm.watch.shown.map(shownQuery),
    ...common,
  });
}

/** A state as events and Lambda actions show it. */
export const shownState = (state: AlarmState) =>
  present({ value: state.value, reason: state.reason, reasonData: state.reasonData, timestamp: timestampText(state.updatedAtMs) });

export const stateChangeEvent = (alarm: AlarmRecord, previous: AlarmState): ServiceEvent => ({
  source: 'aws.cloudwatch',
  detailType: 'CloudWatch Alarm State Change',
  resources: [alarm.arn],
  detail: {
    alarmName: alarm.name,
    state: shownState(alarm.state),
    previousState: shownState(previous),
    configuration: shortConfiguration(alarm),
  },
});

/** @param previous the configuration before an update */
export const configurationChangeEvent = (
  alarm: AlarmRecord,
  operation: 'create' | 'update' | 'delete',
  previous?: Record<string, unknown>,
): ServiceEvent => ({
  source: 'aws.cloudwatch',
  detailType: 'CloudWatch Alarm Configuration Change',
  resources: [alarm.arn],
  detail: present({
    alarmName: alarm.name,
    operation,
    state: { value: alarm.state.value, timestamp: timestampText(alarm.state.updatedAtMs) },
    configuration: fullConfiguration(alarm),
    previousConfiguration: previous,
  }),
});
