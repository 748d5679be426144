import type { MetricDataQuery, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import type { Watch } from './alarm.ts';
import { accessToPut, alarmLimits, checkActions, refuse } from './alarm-input.ts';
import { type Comparison, comparisons, type Treatment, treatments } from './alarm-verdict.ts';
import { invalidCombination, invalidRequest, missingParameter } from './errors.ts';
import { tagLimits } from './list-tags-for-resource.ts';
import { answerQuery, parseQueries, periodOf } from './metric-query.ts';
import { MetricStore } from './metric-store.ts';
import type { CloudWatchState } from './state.ts';
import { isPercentile, statisticNames } from './statistics.ts';
import { units } from './units.ts';

const anomalyComparisons = ['LessThanLowerOrGreaterThanUpperThreshold', 'LessThanLowerThreshold', 'GreaterThanUpperThreshold'];
const isComparison = (name: string): name is Comparison => name in comparisons;
const isTreatment = (name: string): name is Treatment => treatments.some((known) => known === name);

const daySeconds = 86_400;

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw missingParameter(`The parameter ${name} is required.`);
  return value;
}

const notOneOf = (value: string, member: string, set: readonly string[]) =>
  invalidRequest(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${set.join(', ')}]`,
  );

/** The queries of an alarm on one metric or on metric math. */
function queriesOf(input: PutMetricAlarmCommandInput, newId: () => string): { list: readonly MetricDataQuery[]; shown: readonly MetricDataQuery[] } {
  if (input.Metrics) {
    const single = (['MetricName', 'Namespace', 'Dimensions', 'Period', 'Unit', 'Statistic', 'ExtendedStatistic'] as const).find(
      (name) => input[name] !== undefined,
    );
    if (single) throw invalidCombination(`The parameters Metrics and ${single} are mutually exclusive and you have specified both.`);
    if (input.Metrics.length > 10) throw notEmulated('metric alarms over more than 10 metrics');
    return { list: input.Metrics, shown: input.Metrics };
  }
  checkPeriod(needed(input.Period, 'Period'));
  needed(input.MetricName, 'MetricName');
  needed(input.Namespace, 'Namespace');
  if (input.Statistic !== undefined && input.ExtendedStatistic !== undefined) {
    throw invalidCombination('The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both.');
  }
  const query: MetricDataQuery = {
    Id: 'metric',
    MetricStat: {
      Metric: { Namespace: input.Namespace, MetricName: input.MetricName, Dimensions: input.Dimensions ?? [] },
      Period: input.Period,
      Stat: needed(input.Statistic ?? input.ExtendedStatistic, 'Statistic or ExtendedStatistic'),
      Unit: input.Unit,
    },
    ReturnData: true,
  };
  return { list: [query], shown: [{ ...query, Id: newId() }] };
}

function checkPeriod(periodSeconds: number): void {
  if (![10, 20, 30].includes(periodSeconds) && (periodSeconds < 60 || periodSeconds % 60 !== 0)) {
    throw invalidRequest('Period must be 10, 20, 30 or a multiple of 60');
  }
}

function checkPeriods(periodSeconds: number, evaluationPeriods: number, datapointsToAlarm: number): void {
  checkPeriod(periodSeconds);
  if (datapointsToAlarm > evaluationPeriods) throw invalidRequest('DatapointsToAlarm must be less than or equal to EvaluationPeriods');
  const longest = periodSeconds >= 3_600 ? 7 * daySeconds : daySeconds;
  if (periodSeconds * evaluationPeriods > longest) {
    const words = longest === daySeconds ? 'a day' : '7 days';
    throw invalidRequest(`Metrics cannot be checked across more than ${words} (EvaluationPeriods * Period must be <= ${longest}).`);
  }
}

/** Too few samples for a percentile, as AWS draws the line: fewer than 10 / (1 - p), and 10 / p below the median. */
function fewestSamples(percent: number): number {
  const tail = percent >= 50 ? 100 - percent : percent;
  // 100 - 99.9 is a hair below 0.1: the line is drawn at 10,000, not above it.
  return tail === 0 ? 0 : Math.round(1e9 / tail) / 1e6;
}

/**
 * Reads what a metric alarm watches.
 *
 * @param newId draws the id under which events show a plain metric
 * @throws AwsError with AWS's code where the input can't make an alarm
 */
function readWatch(input: PutMetricAlarmCommandInput, newId: () => string): Watch {
  const comparison = needed(input.ComparisonOperator, 'ComparisonOperator');
  if (anomalyComparisons.includes(comparison)) throw notEmulated(`anomaly detection alarms (${comparison})`);
  if (!isComparison(comparison)) throw notOneOf(comparison, 'comparisonOperator', [...Object.keys(comparisons), ...anomalyComparisons]);
  const evaluationPeriods = needed(input.EvaluationPeriods, 'EvaluationPeriods');
  const threshold = needed(input.Threshold, 'Threshold');
  const treatment = input.TreatMissingData ?? 'missing';
  if (!isTreatment(treatment))
    throw invalidRequest(`Value '${treatment}' for parameter TreatMissingData is not valid. Valid values are: [${treatments.join(', ')}]`);
  const lowSamples = input.EvaluateLowSampleCountPercentile;
  if (lowSamples !== undefined && lowSamples !== 'evaluate' && lowSamples !== 'ignore') {
    throw invalidRequest(`Value '${lowSamples}' for parameter EvaluateLowSampleCountPercentile is not valid. Valid values are: [evaluate, ignore]`);
  }
  const { list, shown } = queriesOf(input, newId);
  const queries = parseQueries(list, 'Metrics');
  const returned = queries.filter(({ returnData }) => returnData);
  const [watched] = returned;
  if (!watched || returned.length > 1) throw invalidRequest('Exactly one element of the metrics list should return data.');
  const periodSeconds = needed(periodOf(watched, queries), 'Period');
  const datapointsToAlarm = input.DatapointsToAlarm ?? evaluationPeriods;
  checkPeriods(periodSeconds, evaluationPeriods, datapointsToAlarm);
  // Answered once over nothing: whether an expression gives one series does not depend on the data.
  if (answerQuery(new MetricStore(), watched, queries, { startMs: 0, endMs: periodSeconds * 1_000, nowMs: 0 }).length !== 1) {
    throw invalidRequest(`Error in expression '${watched.id}': The expression must return a single time series`);
  }
  const ofDynamoDb = queries.some((query) => query.kind === 'metric' && query.identity.namespace === 'AWS/DynamoDB');
  const percentile = watched.kind === 'metric' && watched.statistic.kind === 'percentile' ? watched.statistic.percent : undefined;
  return {
    queries,
    watched,
    periodSeconds,
    evaluationPeriods,
    datapointsToAlarm,
    threshold,
    comparison,
    // AWS documents that alarms on these metrics ignore missing data whatever they ask for.
    treatMissingData: ofDynamoDb ? 'ignore' : treatment,
    fewestSamples: lowSamples === 'ignore' && percentile !== undefined ? fewestSamples(percentile) : undefined,
    shown,
  };
}

export const putMetricAlarm = defineOperation<CloudWatchState, PutMetricAlarmCommandInput, Record<string, never>>({
  name: 'PutMetricAlarm',
  access: (input, state) => accessToPut('cloudwatch:PutMetricAlarm', input, state),
  limits: {
    ...alarmLimits,
    ...tagLimits,
    MetricName: { min: 1, max: 255 },
    Namespace: { min: 1, max: 255, pattern: /^[^:].*/ },
    Statistic: { oneOf: statisticNames },
    Dimensions: { max: 30 },
    'Dimensions[].Name': { min: 1, max: 255 },
    'Dimensions[].Value': { min: 1, max: 1024 },
    Period: { min: 1 },
    Unit: { oneOf: units },
    EvaluationPeriods: { min: 1 },
    DatapointsToAlarm: { min: 1 },
    ComparisonOperator: { oneOf: [...Object.keys(comparisons), ...anomalyComparisons] },
    TreatMissingData: { min: 1, max: 255 },
    EvaluateLowSampleCountPercentile: { min: 1, max: 255 },
  },
  run(input, { kernel, alarms }) {
    const name = input.AlarmName ?? '';
    refuse(
      { ...input },
      ['ThresholdMetricId', 'WarmUpConfiguration', 'EvaluationCriteria', 'EvaluationInterval', 'ActionConfiguration'],
      'PutMetricAlarm',
    );
    if (input.EvaluationWindow?.WallClockWindow) throw notEmulated('PutMetricAlarm with a WallClockWindow');
    checkActions(input);
    if (alarms.get(name)?.kind === 'composite') throw invalidRequest(`An alarm of another type has the name ${name}`);
    if (input.ExtendedStatistic !== undefined && !isPercentile(input.ExtendedStatistic)) {
      throw notEmulated(`the CloudWatch statistic "${input.ExtendedStatistic}"`);
    }
    const watch = readWatch(input, () => kernel.random.uuid('cloudwatch/metric-id'));
    alarms.putMetric(name, input, watch);
    return {};
  },
});
