import { CloudWatchClient, GetMetricDataCommand, type GetMetricDataCommandOutput, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Datapoint, MetricQuery, Metrics, Window } from '../ports/metrics.ts';
import { Refused, Unavailable } from '../rollout/errors.ts';
import { attempt } from './errors.ts';

/** GetMetricData takes so many queries a call. */
const mostQueries = 500;

const statOf = (query: MetricQuery): MetricDataQuery['MetricStat'] => ({
  Metric: {
    Namespace: query.namespace,
    MetricName: query.metricName,
    Dimensions: Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value })),
  },
  Period: query.periodSeconds,
  Stat: query.statistic,
});

/** CloudWatch metrics through GetMetricData: one call for all queries, where they are no more than it takes. */
export function cloudWatchMetrics(client: CloudWatchClient = new CloudWatchClient()): Metrics {
  /** Every page of an answer; one list of datapoints a label of an id. */
  async function getAll(attempted: string, queries: MetricDataQuery[], window: Window): Promise<Map<string, Map<string, Datapoint[]>>> {
    const series = new Map<string, Map<string, Datapoint[]>>();
    let NextToken: string | undefined;
    do {
      const answer: GetMetricDataCommandOutput = await attempt(attempted, () =>
        client.send(
          new GetMetricDataCommand({
            StartTime: new Date(window.startMs),
            EndTime: new Date(window.endMs),
            ScanBy: 'TimestampAscending',
            NextToken,
            MetricDataQueries: queries,
          }),
        ),
      );
      for (const { Id = '', Label = '', StatusCode, Timestamps, Values } of answer.MetricDataResults ?? []) {
        // PartialData comes with a token for the rest; the other two mean that CloudWatch could not answer.
        if (StatusCode === 'InternalError' || StatusCode === 'Forbidden')
          throw new Unavailable(`Cannot read metric "${Label || Id}": CloudWatch answered ${StatusCode}`);
        const labels = series.get(Id) ?? new Map<string, Datapoint[]>();
        series.set(Id, labels);
        const points = labels.get(Label) ?? [];
        labels.set(Label, points);
        for (const [index, at] of (Timestamps ?? []).entries()) {
          const value = Values?.[index];
          if (value !== undefined) points.push({ atMs: at.getTime(), value });
        }
      }
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    return series;
  }

  return {
    async read(queries, window) {
      const points: Datapoint[][] = [];
      for (let from = 0; from < queries.length; from += mostQueries) {
        const some = queries.slice(from, from + mostQueries);
        const found = await getAll(
          `Cannot read metrics ${[...new Set(some.map((query) => query.metricName))].join(', ')}`,
          some.map((query, index) => ({ Id: `m${index}`, MetricStat: statOf(query) })),
          window,
        );
        points.push(...some.map((_, index) => [...(found.get(`m${index}`)?.values() ?? [])].flat()));
      }
      return points;
    },

    async compute({ expression, metrics }, window) {
      const ids = Object.keys(metrics);
      let result = 'result';
      while (ids.includes(result)) result += '_';
      const found = await getAll(
        `Cannot compute "${expression}"`,
        [
          ...Object.entries(metrics).map(([Id, query]) => ({ Id, MetricStat: statOf(query), ReturnData: false })),
          { Id: result, Expression: expression, ReturnData: true },
        ],
        window,
      );
      const [points = [], ...others] = found.get(result)?.values() ?? [];
      if (others.length > 0) throw new Refused(`Cannot compute "${expression}": it comes to ${others.length + 1} series, expected one`);
      return points;
    },
  };
}
