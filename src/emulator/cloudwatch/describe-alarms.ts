import type { CompositeAlarm, DescribeAlarmsCommandInput, DescribeAlarmsOutput, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type AlarmRecord, actionsOf, type CompositeAlarmRecord, type MetricAlarmRecord, stateValues } from './alarm.ts';
import { refuse } from './alarm-input.ts';
import { invalidRequest } from './errors.ts';
import { placeOf, tokenAt } from './paging.ts';
import type { CloudWatchState } from './state.ts';

const defaultPage = 50;

function common(alarm: AlarmRecord) {
  const { input, state } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: input.AlarmDescription,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAtMs),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...(input.OKActions ?? [])],
    AlarmActions: [...(input.AlarmActions ?? [])],
    InsufficientDataActions: [...(input.InsufficientDataActions ?? [])],
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Date(state.updatedAtMs),
    StateTransitionedTimestamp: new Date(state.transitionedAtMs),
  };
}

/** A metric alarm as described: what its input left out is left out here, but for actions and dimensions. */
function describedMetricAlarm(alarm: MetricAlarmRecord): MetricAlarm {
  const { input } = alarm;
  return {
    ...common(alarm),
    MetricName: input.MetricName,
    Namespace: input.Namespace,
    Statistic: input.Statistic,
    ExtendedStatistic: input.ExtendedStatistic,
    Dimensions: [...(input.Dimensions ?? [])],
    Period: input.Period,
    Unit: input.Unit,
    EvaluationPeriods: input.EvaluationPeriods,
    DatapointsToAlarm: input.DatapointsToAlarm,
    Threshold: input.Threshold,
    ComparisonOperator: input.ComparisonOperator,
    TreatMissingData: input.TreatMissingData,
    EvaluateLowSampleCountPercentile: input.EvaluateLowSampleCountPercentile,
    Metrics: input.Metrics,
    EvaluationWindow: input.EvaluationWindow,
  };
}

const describedCompositeAlarm = (alarm: CompositeAlarmRecord): CompositeAlarm => ({ ...common(alarm), AlarmRule: alarm.input.AlarmRule });

function matches(alarm: AlarmRecord, input: DescribeAlarmsCommandInput): boolean {
  const types = input.AlarmTypes?.length ? input.AlarmTypes : ['MetricAlarm'];
  if (!types.includes(alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm')) return false;
  // An empty list of names is as good as none.
  if (input.AlarmNames?.length && !input.AlarmNames.includes(alarm.name)) return false;
  if (input.AlarmNamePrefix !== undefined && !alarm.name.startsWith(input.AlarmNamePrefix)) return false;
  if (input.StateValue !== undefined && alarm.state.value !== input.StateValue) return false;
  const { ActionPrefix: prefix } = input;
  return prefix === undefined || stateValues.some((state) => actionsOf(alarm, state).some((action) => action.startsWith(prefix)));
}

export const describeAlarms = defineOperation<CloudWatchState, DescribeAlarmsCommandInput, DescribeAlarmsOutput>({
  name: 'DescribeAlarms',
  // Composite alarms are answered only to those whose permission covers everything.
  access: (input, { alarms }) => {
    const action = 'cloudwatch:DescribeAlarms';
    if (input.AlarmTypes?.includes('CompositeAlarm')) return [{ action, resource: '*' }];
    if (input.AlarmNames && input.AlarmNames.length > 0) return input.AlarmNames.map((name) => ({ action, resource: alarms.arnOf(name) }));
    return [{ action, resource: alarms.arnOf(`${input.AlarmNamePrefix ?? ''}*`) }];
  },
  limits: {
    AlarmNames: { max: 100 },
    'AlarmNames[]': { min: 1, max: 255 },
    AlarmNamePrefix: { min: 1, max: 255 },
    'AlarmTypes[]': { oneOf: ['CompositeAlarm', 'MetricAlarm', 'LogAlarm'] },
    StateValue: { oneOf: stateValues },
    ActionPrefix: { min: 1, max: 1024 },
    MaxRecords: { min: 1, max: 100 },
  },
  run(input, { alarms }) {
    refuse({ ...input }, ['ChildrenOfAlarmName', 'ParentsOfAlarmName'], 'DescribeAlarms');
    if (input.AlarmTypes?.includes('LogAlarm')) throw notEmulated('log alarms');
    if (input.AlarmNames?.length && input.AlarmNamePrefix !== undefined) {
      throw invalidRequest('The parameters AlarmNames and AlarmNamePrefix are mutually exclusive and you have specified both.');
    }
    const after = input.NextToken === undefined ? undefined : placeOf(input.NextToken);
    const found = alarms.list().filter((alarm) => matches(alarm, input) && (after === undefined || alarm.name > after));
    const page = found.slice(0, input.MaxRecords ?? (input.AlarmNames?.length ? 100 : defaultPage));
    const last = page.at(-1);
    return {
      CompositeAlarms: page.filter((alarm) => alarm.kind === 'composite').map(describedCompositeAlarm),
      MetricAlarms: page.filter((alarm) => alarm.kind === 'metric').map(describedMetricAlarm),
      ...(last && page.length < found.length ? { NextToken: tokenAt(last.name) } : {}),
    };
  },
});
