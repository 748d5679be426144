import { type Counting, countingOf, countingQueries } from '../gates/counting.ts';
import type { Datapoint, MetricQuery, Metrics } from '../ports/metrics.ts';
import { Refused } from '../rollout/errors.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { needsOf } from './needs.ts';
import type { Recorded, Recording } from './recording.ts';

const periodSeconds = 60;
const dayMs = 86_400_000;

const errorNames = { model: 'InvocationModelErrors', '5xx': 'Invocation5XXErrors', '4xx': 'Invocation4XXErrors' } as const;

/** The metric that counts as an error: what the delivery's first gate on errors asks for. */
function errorMetricOf(spec: DeliverySpec): string {
  for (const gate of spec.gates) {
    if (gate.type === 'error-rate') return errorNames[gate.errors];
    const named = gate.type === 'metric-threshold' || gate.type === 'metric' ? gate.metric?.name : undefined;
    if (named !== undefined && /^Invocation\w+Errors$/.test(named)) return named;
  }
  return errorNames.model;
}

/**
 * What CloudWatch holds of an endpoint's variants, minute by minute, as the delivery's gates would ask for it. CloudWatch keeps minutes for
 * 15 days.
 *
 * @param window on whole minutes
 */
export async function recordingOfMetrics(
  spec: DeliverySpec,
  variantNames: readonly string[],
  window: { readonly startMs: number; readonly endMs: number },
  metrics: Metrics,
): Promise<Recording> {
  const errorMetric = errorMetricOf(spec);
  const asked = needsOf(spec).edgesMs;
  const variants = new Map<string, Map<number, Recorded>>();
  // Of the first variant that has any requests: CloudWatch answers for all of them alike.
  let counting: Counting | undefined;
  for (const variantName of variantNames) {
    const dimensions = { EndpointName: spec.serve.endpoint, VariantName: variantName };
    const periods = new Map<number, Recorded>();
    // A day a call keeps each answer small.
    for (let startMs = window.startMs; startMs < window.endMs; startMs += dayMs) {
      const day = { startMs, endMs: Math.min(window.endMs, startMs + dayMs) };
      if (asked.length > 0) counting ??= await readCounting(dimensions, day, metrics);
      const of = (metricName: string, statistic: string): MetricQuery => ({
        namespace: 'AWS/SageMaker',
        metricName,
        statistic,
        dimensions,
        periodSeconds,
      });
      const slowOf = counting && slowQueries[counting.statistic];
      const queries = [
        of('Invocations', 'Sum'),
        of(errorMetric, 'Sum'),
        ...(slowOf ? asked.map((ms) => of('ModelLatency', slowOf(Math.round(ms * 1000)))) : []),
      ];
      const [requests = [], ...others] = await metrics.read(queries, day);
      const [errors, ...slow] = others.map((points) => new Map(points.map(({ atMs, value }: Datapoint) => [atMs, value])));
      for (const { atMs, value } of requests) {
        if (value <= 0) continue;
        const counts = slow.map((figures) => {
          const figure = figures.get(atMs);
          if (counting?.statistic === 'percentile-rank') return Math.round(value * (1 - (figure ?? 100) / 100));
          return figure ?? 0;
        });
        periods.set(atMs, { requests: value, errors: errors?.get(atMs) ?? 0, slow: counts });
      }
    }
    if (periods.size > 0) variants.set(variantName, periods);
  }
  const thresholdsMs = counting && slowQueries[counting.statistic] ? asked : [];
  return { periodSeconds, ...window, thresholdsMs, errorMetrics: [errorMetric], variants };
}

/** The statistic that tells how many of ModelLatency's values, microseconds, are above one. */
const slowQueries = {
  'trimmed-count': (us: number) => `TC(${us}:)`,
  'percentile-rank': (us: number) => `PR(:${us})`,
  none: undefined,
} as const satisfies Record<Counting['statistic'], ((us: number) => string) | undefined>;

/** What CloudWatch answers about ModelLatency here; undefined where nobody was served in that time. */
async function readCounting(
  dimensions: MetricQuery['dimensions'],
  window: { readonly startMs: number; readonly endMs: number },
  metrics: Metrics,
): Promise<Counting | undefined> {
  const slot = { endpointName: dimensions['EndpointName'] ?? '', variantName: dimensions['VariantName'] ?? '', endpointConfigName: '' };
  const queries = countingQueries(slot, periodSeconds).map((query) => ({ ...query, dimensions }));
  try {
    return countingOf(await metrics.read(queries, window));
  } catch (error) {
    if (error instanceof Refused) return { statistic: 'none', emptyIsMissing: false };
    throw error;
  }
}
