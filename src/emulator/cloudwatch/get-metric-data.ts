import type { GetMetricDataCommandInput, GetMetricDataOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { invalidValue } from './errors.ts';
import { answerQuery, parseQueries, periodOf, type Query } from './metric-query.ts';
import { indexOf, tokenAt } from './paging.ts';
import type { CloudWatchState } from './state.ts';
import { checkOrder, roundedStartMs } from './time-range.ts';
import { units } from './units.ts';

const mostDatapoints = 100_800;

/** A metric's default label: its name, and its statistic and period where the request's metrics differ in them. */
function defaultLabels(queries: readonly Query[]): Map<string, string> {
  const shown = queries.filter((query) => query.kind === 'metric').filter((query) => query.returnData);
  const statisticsDiffer = new Set(shown.map((query) => query.statisticText)).size > 1;
  const periodsDiffer = new Set(shown.map((query) => query.periodSeconds)).size > 1;
  return new Map(
    shown.map((query) => {
      const parts = [query.identity.name, ...(statisticsDiffer ? [query.statisticText] : []), ...(periodsDiffer ? [query.periodSeconds] : [])];
      return [query.id, parts.join(' ')];
    }),
  );
}

export const getMetricData = defineOperation<CloudWatchState, GetMetricDataCommandInput, GetMetricDataOutput>({
  name: 'GetMetricData',
  access: () => [{ action: 'cloudwatch:GetMetricData', resource: '*' }],
  limits: {
    'MetricDataQueries[].Id': { min: 1, max: 255 },
    'MetricDataQueries[].Expression': { min: 1, max: 2048 },
    'MetricDataQueries[].MetricStat.Metric.Namespace': { min: 1, max: 255, pattern: /^[^:].*/ },
    'MetricDataQueries[].MetricStat.Metric.MetricName': { min: 1, max: 255 },
    'MetricDataQueries[].MetricStat.Metric.Dimensions': { max: 30 },
    'MetricDataQueries[].MetricStat.Period': { min: 1 },
    'MetricDataQueries[].MetricStat.Unit': { oneOf: units },
    ScanBy: { oneOf: ['TimestampDescending', 'TimestampAscending'] },
  },
  run(input, { kernel, metrics }) {
    const nowMs = kernel.clock.now();
    // The required members are checked at the wire.
    const [start, end] = [input.StartTime!, input.EndTime!];
    checkOrder(start, end);
    if (input.LabelOptions !== undefined) throw notEmulated('GetMetricData with LabelOptions');
    const list = input.MetricDataQueries ?? [];
    if (list.length === 0) throw invalidValue('The collection MetricDataQueries must not be empty.');
    if (list.length > 500) throw invalidValue('The collection MetricDataQueries must not have a size greater than 500.');
    const most = input.MaxDatapoints ?? mostDatapoints;
    if (!Number.isInteger(most) || most < 1 || most > mostDatapoints) {
      throw invalidValue(`The value ${most} for parameter MaxDatapoints must be between 1 and ${mostDatapoints}.`);
    }
    const queries = parseQueries(list, 'MetricDataQueries');
    const labels = defaultLabels(queries);
    const answers = queries
      .filter((query) => query.returnData)
      .flatMap((query) => {
        const startMs = roundedStartMs(start.getTime(), periodOf(query, queries) ?? 60, nowMs);
        return answerQuery(metrics, query, queries, { startMs, endMs: end.getTime(), nowMs }).map((answer) => ({
          ...answer,
          label: query.label ?? labels.get(answer.id) ?? answer.label,
          points: input.ScanBy === 'TimestampAscending' ? answer.points : answer.points.toReversed(),
        }));
      });

    let skip = indexOf(input.NextToken);
    const from = skip;
    let left = most;
    const results: MetricDataResult[] = [];
    for (const { id, label, points, otherUnits } of answers) {
      const skipped = Math.min(skip, points.length);
      skip -= skipped;
      const page = points.slice(skipped, skipped + left);
      left -= page.length;
      // A later page lists what still has datapoints to give.
      if (from > 0 && page.length === 0 && skipped === points.length) continue;
      results.push({
        Id: id,
        Label: label,
        Timestamps: page.map(({ atMs }) => new Date(atMs)),
        Values: page.map(({ value }) => value),
        StatusCode: skipped + page.length < points.length ? 'PartialData' : 'Complete',
        ...(otherUnits.length > 0 ? { Messages: [{ Code: 'MultipleUnits', Value: `Multiple units returned: '[${otherUnits.join(', ')}]'` }] } : {}),
      });
    }
    const total = answers.reduce((sum, { points }) => sum + points.length, 0);
    const next = from + (most - left);
    return { MetricDataResults: results, ...(next < total ? { NextToken: tokenAt(next) } : {}), Messages: [] };
  },
});
