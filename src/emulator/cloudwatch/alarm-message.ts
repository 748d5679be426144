import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { type AlarmRecord, type AlarmState, type MetricAlarmRecord } from './alarm.ts';
import { shortConfiguration, shownState } from './alarm-event.ts';
import { double, type JsonValue, jsonText, timestampText } from './aws-text.ts';
import { isPercentile } from './statistics.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
}

/** Regions by the long names that notifications use; a region that isn't here goes by its code. */
const regionNames: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'ca-central-1': 'Canada (Central)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-west-3': 'EU (Paris)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-north-1': 'EU (Stockholm)',
  'eu-south-1': 'EU (Milan)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ap-northeast-2': 'Asia Pacific (Seoul)',
  'ap-northeast-3': 'Asia Pacific (Osaka)',
  'sa-east-1': 'South America (Sao Paulo)',
};
const regionName = (region: string) => regionNames[region] ?? region;

type Dimensions = readonly { Name: string | undefined; Value: string | undefined }[] | undefined;
const shownDimensions = (dimensions: Dimensions) => (dimensions ?? []).map(({ Name, Value }) => ({ value: Value, name: Name }));

const upperSnake = (name: string | undefined) => name?.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

const shownQuery = (query: MetricDataQuery): JsonValue => ({
  Id: query.Id,
  Expression: query.Expression,
  Label: query.Label,
  MetricStat: query.MetricStat && {
    Metric: {
      Dimensions: shownDimensions(query.MetricStat.Metric?.Dimensions),
      MetricName: query.MetricStat.Metric?.MetricName,
      Namespace: query.MetricStat.Metric?.Namespace,
    },
    Period: query.MetricStat.Period,
    Stat: query.MetricStat.Stat,
    Unit: query.MetricStat.Unit,
  },
  ReturnData: query.ReturnData ?? true,
});

function trigger({ input, watch }: MetricAlarmRecord): JsonValue {
  const rule = {
    Period: watch.periodSeconds,
    EvaluationPeriods: input.EvaluationPeriods,
    DatapointsToAlarm: input.DatapointsToAlarm,
    ComparisonOperator: input.ComparisonOperator,
    Threshold: double(watch.threshold),
    TreatMissingData: input.TreatMissingData ?? '',
    EvaluateLowSampleCountPercentile: input.EvaluateLowSampleCountPercentile ?? '',
  };
  if (input.Metrics) return { ...rule, Metrics: input.Metrics.map(shownQuery) };
  const extended = input.ExtendedStatistic !== undefined && isPercentile(input.ExtendedStatistic);
  return {
    MetricName: input.MetricName,
    Namespace: input.Namespace,
    StatisticType: extended ? 'ExtendedStatistic' : 'Statistic',
    ...(extended ? { ExtendedStatistic: input.ExtendedStatistic } : { Statistic: upperSnake(input.Statistic) }),
    Unit: input.Unit ?? null,
    Dimensions: shownDimensions(input.Dimensions),
    ...rule,
  };
}

/** What an alarm tells an SNS topic. */
export function snsMessage(alarm: AlarmRecord, previous: AlarmState, { account, region }: Place): { Subject: string; Message: string } {
  const { state, input } = alarm;
  const message: JsonValue = {
    AlarmName: alarm.name,
    AlarmDescription: input.AlarmDescription ?? null,
    ...(alarm.kind === 'composite' ? { AlarmRule: alarm.input.AlarmRule } : {}),
    AWSAccountId: account,
    AlarmConfigurationUpdatedTimestamp: timestampText(alarm.configuredAtMs),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: timestampText(state.updatedAtMs),
    Region: regionName(region),
    AlarmArn: alarm.arn,
    OldStateValue: previous.value,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    ActionExecutedAfterMuteWindow: false,
    ...(alarm.kind === 'metric' ? { Trigger: trigger(alarm) } : {}),
  };
  return { Subject: `${state.value}: "${alarm.name}" in ${regionName(region)}`, Message: jsonText(message) };
}

/** What a Lambda function named in an alarm's actions is invoked with. */
export function lambdaPayload(alarm: AlarmRecord, previous: AlarmState, { account, region }: Place): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      source: 'aws.cloudwatch',
      alarmArn: alarm.arn,
      accountId: account,
      time: timestampText(alarm.state.updatedAtMs),
      region,
      alarmData: {
        alarmName: alarm.name,
        state: shownState(alarm.state),
        previousState: shownState(previous),
        configuration: shortConfiguration(alarm),
      },
    }),
  );
}
