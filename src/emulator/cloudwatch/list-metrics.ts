import type { ListMetricsCommandInput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import type { StoredMetric } from './metric-store.ts';
import { indexOf, tokenAt } from './paging.ts';
import type { CloudWatchState } from './state.ts';

const pageSize = 500;
const threeHoursMs = 3 * 3_600_000;

function matches(metric: StoredMetric, input: ListMetricsCommandInput, nowMs: number): boolean {
  if (input.Namespace !== undefined && metric.namespace !== input.Namespace) return false;
  if (input.MetricName !== undefined && metric.name !== input.MetricName) return false;
  if (input.RecentlyActive !== undefined && nowMs - metric.receivedAtMs > threeHoursMs) return false;
  return (input.Dimensions ?? []).every((filter) =>
    metric.dimensions.some(({ Name, Value }) => Name === filter.Name && (filter.Value === undefined || Value === filter.Value)),
  );
}

/** A metric is listed as soon as it is published; AWS may take up to 15 minutes. */
export const listMetrics = defineOperation<CloudWatchState, ListMetricsCommandInput, ListMetricsOutput>({
  name: 'ListMetrics',
  access: () => [{ action: 'cloudwatch:ListMetrics', resource: '*' }],
  limits: {
    Namespace: { min: 1, max: 255, pattern: /^[^:].*/ },
    MetricName: { min: 1, max: 255 },
    Dimensions: { max: 10 },
    RecentlyActive: { oneOf: ['PT3H'] },
  },
  run(input, { kernel, metrics }) {
    if (input.IncludeLinkedAccounts || input.OwningAccount !== undefined) throw notEmulated('ListMetrics over linked accounts');
    const found = metrics.list().filter((metric) => matches(metric, input, kernel.clock.now()));
    const from = indexOf(input.NextToken);
    return {
      Metrics: found.slice(from, from + pageSize).map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: dimensions.map((dimension) => ({ ...dimension })),
      })),
      ...(from + pageSize < found.length ? { NextToken: tokenAt(from + pageSize) } : {}),
    };
  },
});
