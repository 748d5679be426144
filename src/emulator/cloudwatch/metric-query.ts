import type { MetricDataQuery, MetricStat } from '@aws-sdk/client-cloudwatch';
import { notEmulated } from '../aws-error.ts';
import { invalidCombination, invalidRequest, invalidValue, missingParameter } from './errors.ts';
import { type Expression, ExpressionError, parseExpression, partsOf } from './expression.ts';
import { evaluateExpression, type TimeSeries, type Value } from './expression-value.ts';
import type { MetricIdentity, MetricStore, Point } from './metric-store.ts';
import { parseStatistic, type Statistic } from './statistics.ts';
import { checkPeriod } from './time-range.ts';

interface MetricQuery {
  readonly kind: 'metric';
  readonly id: string;
  readonly label: string | undefined;
  readonly returnData: boolean;
  readonly identity: MetricIdentity;
  readonly statisticText: string;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly unit: string | undefined;
}

interface ExpressionQuery {
  readonly kind: 'expression';
  readonly id: string;
  readonly label: string | undefined;
  readonly returnData: boolean;
  readonly expression: Expression;
}

export type Query = MetricQuery | ExpressionQuery;

export interface Answer {
  readonly id: string;
  readonly label: string;
  /** Oldest first. A metric's points carry how many samples they stand for; an expression's carry 0. */
  readonly points: readonly Point[];
  /** Units found where the query named none and the metric has several; the first is the one answered. */
  readonly otherUnits: readonly string[];
}

const idPattern = /^[a-z]\w{0,254}$/;

export const identityOf = (metric: {
  Namespace?: string | undefined;
  MetricName?: string | undefined;
  Dimensions?: MetricStatDimensions;
}): MetricIdentity => ({
  namespace: metric.Namespace ?? '',
  name: metric.MetricName ?? '',
  dimensions: (metric.Dimensions ?? []).map(({ Name, Value }) => ({ Name: Name ?? '', Value: Value ?? '' })),
});
type MetricStatDimensions = readonly { Name: string | undefined; Value: string | undefined }[] | undefined;

function metricQuery(stat: MetricStat, parameter: string): Pick<MetricQuery, 'identity' | 'statisticText' | 'statistic' | 'periodSeconds' | 'unit'> {
  const statisticText = stat.Stat ?? '';
  const periodSeconds = stat.Period ?? 0;
  if (!stat.Metric?.MetricName) throw missingParameter(`The parameter ${parameter}.MetricStat.Metric.MetricName is required.`);
  if (!stat.Metric.Namespace) throw missingParameter(`The parameter ${parameter}.MetricStat.Metric.Namespace is required.`);
  checkPeriod(periodSeconds, `${parameter}.MetricStat.Period`);
  return {
    identity: identityOf(stat.Metric),
    statisticText,
    statistic: parseStatistic(statisticText, `${parameter}.MetricStat.Stat`),
    periodSeconds,
    unit: stat.Unit,
  };
}

const inExpression = <T>(id: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError) throw invalidRequest(`Error in expression '${id}': ${error.message}`);
    throw error;
  }
};

/**
 * Reads and checks queries as GetMetricData and metric-math alarms take them.
 *
 * @param parameter the list's own name in messages: `MetricDataQueries`, `Metrics`
 */
export function parseQueries(list: readonly MetricDataQuery[], parameter: string): Query[] {
  const queries = list.map((query, index): Query => {
    const member = `${parameter}.member.${index + 1}`;
    const id = query.Id ?? '';
    if (!idPattern.test(id))
      throw invalidRequest(`The value ${id} for parameter ${member}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`);
    if (query.AccountId !== undefined) throw notEmulated('metrics of another account (AccountId)');
    const shared = { id, label: query.Label, returnData: query.ReturnData ?? true };
    if (query.MetricStat && query.Expression !== undefined) {
      throw invalidCombination(`The parameters ${member}.Expression and ${member}.MetricStat are mutually exclusive and you have specified both.`);
    }
    if (query.MetricStat) return { kind: 'metric', ...shared, ...metricQuery(query.MetricStat, member) };
    if (query.Expression === undefined) throw missingParameter(`The parameter ${member}.MetricStat or ${member}.Expression is required.`);
    if (query.Expression.length > 2_048) throw invalidValue(`The value for parameter ${member}.Expression must not exceed 2048 characters.`);
    if (/^\s*SELECT\s/i.test(query.Expression)) throw notEmulated('Metrics Insights queries');
    const source = query.Expression;
    return { kind: 'expression', ...shared, expression: inExpression(id, () => parseExpression(source)) };
  });
  if (new Set(queries.map(({ id }) => id)).size < queries.length) throw invalidRequest(`The values for parameter Id in ${parameter} are not unique.`);
  return queries;
}

/** The period of the metrics a query reads, itself or through others. `undefined` where it reads none. */
export function periodOf(query: Query, queries: readonly Query[]): number | undefined {
  const periods = new Set<number>();
  const seen = new Set<string>();
  const visit = (current: Query) => {
    if (seen.has(current.id)) return;
    seen.add(current.id);
    if (current.kind === 'metric') {
      periods.add(current.periodSeconds);
      return;
    }
    const parts = partsOf(current.expression);
    const readsAll = parts.some((part) => part.kind === 'call' && part.name === 'METRICS');
    const names = new Set(parts.flatMap((part) => (part.kind === 'name' ? [part.name] : [])));
    for (const other of queries) if (names.has(other.id) || (readsAll && other.kind === 'metric')) visit(other);
  };
  visit(query);
  if (periods.size > 1) throw notEmulated('metric math over metrics of different periods');
  return [...periods][0];
}

/** Datapoints of a single metric. Without a unit in the query, the first unit by name is answered and all are named. */
function metricAnswer(store: MetricStore, query: MetricQuery, range: { startMs: number; endMs: number; nowMs: number }): Answer {
  const found = store.get(query.identity);
  const { periodSeconds } = query;
  const withData = [...(found?.units ?? [])]
    .filter(([unit]) => query.unit === undefined || unit === query.unit)
    .map(([unit, series]) => ({ unit, points: series.points({ ...range, periodSeconds }, query.statistic) }))
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => (a.unit < b.unit ? -1 : 1));
  return {
    id: query.id,
    label: query.label ?? query.identity.name,
    points: withData[0]?.points ?? [],
    otherUnits: withData.length > 1 ? withData.map(({ unit }) => unit) : [],
  };
}

/**
 * Answers one query: a metric or an expression gives one series; an expression that yields a list, one a member.
 *
 * @param range where the query's own periods begin (`startMs`) and end (exclusive)
 * @throws AwsError `ValidationException` where the expression has no meaning or no series
 */
export function answerQuery(
  store: MetricStore,
  query: Query,
  queries: readonly Query[],
  range: { startMs: number; endMs: number; nowMs: number },
): Answer[] {
  if (query.kind === 'metric') return [metricAnswer(store, query, range)];
  const periodSeconds = periodOf(query, queries) ?? 60;
  const moments: number[] = [];
  for (let at = range.startMs; at < range.endMs; at += periodSeconds * 1_000) moments.push(at);

  const underway = new Set<string>();
  const asSeries = (metric: MetricQuery): TimeSeries => {
    const answer = metricAnswer(store, metric, range);
    return { id: metric.id, label: answer.label, points: new Map(answer.points.map(({ atMs, value }) => [atMs, value])) };
  };
  const named = (id: string): Value => {
    const other = queries.find((candidate) => candidate.id === id);
    if (!other) throw new ExpressionError(`Undefined variable '${id}'`);
    if (other.kind === 'metric') return asSeries(other);
    if (underway.has(id)) throw new ExpressionError(`Circular reference to '${id}'`);
    underway.add(id);
    const value = evaluateExpression(other.expression, environment);
    underway.delete(id);
    return value;
  };
  const environment = { named, moments, metrics: () => queries.filter((other) => other.kind === 'metric').map(asSeries) };

  const value = inExpression(query.id, () => named(query.id));
  const list = Array.isArray(value) ? (value as readonly (number | TimeSeries)[]) : [value as number | TimeSeries]; // Array.isArray does not narrow a readonly array.
  return list.map((item) => {
    if (typeof item === 'number')
      throw invalidRequest(`Error in expression '${query.id}': The expression must return a time series or a list of time series`);
    return {
      id: query.id,
      label: query.label ?? (Array.isArray(value) && item.label !== '' ? item.label : query.id),
      points: [...item.points].sort(([a], [b]) => a - b).map(([atMs, number]) => ({ atMs, value: number, sampleCount: 0 })),
      otherUnits: [],
    };
  });
}
