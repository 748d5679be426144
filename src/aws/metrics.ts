import { CloudWatchClient, GetMetricDataCommand, type GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import type { Datapoint, Metrics } from '../ports/metrics.ts';
import { Unavailable } from '../rollout/errors.ts';
import { attempt } from './errors.ts';

/** CloudWatch metrics through GetMetricData. */
export function cloudWatchMetrics(client: CloudWatchClient = new CloudWatchClient()): Metrics {
  return {
    async read(queries, window) {
      const points = queries.map((): Datapoint[] => []);
      let NextToken: string | undefined;
      do {
        const answer: GetMetricDataCommandOutput = await attempt(`Cannot read metrics ${queries.map((query) => query.metricName).join(', ')}`, () =>
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
    },
  };
}
