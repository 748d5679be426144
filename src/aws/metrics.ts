import { CloudWatchClient, GetMetricDataCommand, type GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import type { Datapoint, MetricQuery, Metrics, Window } from '../ports/metrics.ts';
import { Unavailable } from '../rollout/errors.ts';
import { attempt } from './errors.ts';

/** GetMetricData takes so many queries a call. */
const mostQueries = 500;

async function readSome(client: CloudWatchClient, queries: readonly MetricQuery[], window: Window): Promise<Datapoint[][]> {
  const points = queries.map((): Datapoint[] => []);
  const names = [...new Set(queries.map((query) => query.metricName))].join(', ');
  let NextToken: string | undefined;
  do {
    const answer: GetMetricDataCommandOutput = await attempt(`Cannot read metrics ${names}`, () =>
      client.send(
        new GetMetricDataCommand({
          StartTime: new Date(window.startMs),
          EndTime: new Date(window.endMs),
          ScanBy: 'TimestampAscending',
          NextToken,
          MetricDataQueries: queries.map((query, index) => ({
            Id: `m${index}`,
            MetricStat: {
              Metric: {
                Namespace: query.namespace,
                MetricName: query.metricName,
                Dimensions: Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value })),
              },
              Period: query.periodSeconds,
              Stat: query.statistic,
            },
          })),
        }),
      ),
    );
    for (const result of answer.MetricDataResults ?? []) {
      // PartialData comes with a token for the rest; the other two mean that CloudWatch could not answer.
      if (result.StatusCode === 'InternalError' || result.StatusCode === 'Forbidden') {
        throw new Unavailable(`Cannot read metric "${result.Label ?? result.Id ?? ''}": CloudWatch answered ${result.StatusCode}`);
      }
      const into = points[Number(result.Id?.slice(1))];
      for (const [index, at] of (result.Timestamps ?? []).entries()) {
        const value = result.Values?.[index];
        if (value !== undefined) into?.push({ atMs: at.getTime(), value });
      }
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return points;
}

/** CloudWatch metrics through GetMetricData: one call for all queries, where they are no more than it takes. */
export function cloudWatchMetrics(client: CloudWatchClient = new CloudWatchClient()): Metrics {
  return {
    async read(queries, window) {
      const points: Datapoint[][] = [];
      for (let from = 0; from < queries.length; from += mostQueries)
        points.push(...(await readSome(client, queries.slice(from, from + mostQueries), window)));
      return points;
    },
  };
}
