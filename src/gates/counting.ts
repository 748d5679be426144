import type { Datapoint, MetricQuery } from '../ports/metrics.ts';
import type { Slot } from './gate.ts';

/**
 * How CloudWatch tells what number of a metric's values lies above a threshold. AWS lists for ModelLatency neither trimmed
 * counts nor percentile ranks among its valid statistics, so it is asked once what it answers. Small JSON, for a gate's memory.
 */
export interface Counting {
  /** `trimmed-count`: `TC(x:)`. `percentile-rank`: SampleCount x (1 - `PR(:x)` / 100). `none`: neither. */
  readonly statistic: 'trimmed-count' | 'percentile-rank' | 'none';
  /** Where no value of a period is in the range there is no datapoint: where the period has values, that means 0. */
  readonly emptyIsMissing: boolean;
}

/** Above what any request takes, microseconds: a day. */
const aboveAllUs = 86_400_000_000;

/**
 * What to ask over a few periods in which the variant served, for `countingOf`. A service that knows no such statistic may
 * refuse the read instead (`Refused`): that answer is `none`.
 */
export function countingQueries(slot: Slot, periodSeconds: number): readonly MetricQuery[] {
  const dimensions = { EndpointName: slot.endpointName, VariantName: slot.variantName, EndpointConfigName: slot.endpointConfigName };
  return ['SampleCount', `TC(:${aboveAllUs})`, `TC(${aboveAllUs}:)`, `PR(:${aboveAllUs})`].map((statistic) => ({
    namespace: 'AWS/SageMaker',
    metricName: 'ModelLatency',
    dimensions,
    statistic,
    periodSeconds,
  }));
}

const tolerance = 1e-6;

/**
 * How to count slow requests here, from the answers to `countingQueries`: the whole range must hold every value of each
 * period, and the range above it none, or a statistic is not what its name says.
 *
 * @returns undefined where no period has a value: ask again later
 */
export function countingOf(answers: readonly (readonly Datapoint[])[]): Counting | undefined {
  const [samples = [], all = [], none = [], ranks = []] = answers;
  const periods = samples.filter(({ value }) => value > 0);
  if (periods.length === 0) return undefined;
  const at = (points: readonly Datapoint[]) => {
    const byTime = new Map(points.map(({ atMs, value }) => [atMs, value]));
    return periods.map((period) => ({ samples: period.value, found: byTime.get(period.atMs) }));
  };
  const counts = at(all).every(({ samples, found }) => found !== undefined && Math.abs(found - samples) <= tolerance * samples);
  const trims = at(none).every(({ found }) => found === undefined || found === 0);
  const emptyIsMissing = at(none).every(({ found }) => found === undefined);
  if (counts && trims) return { statistic: 'trimmed-count', emptyIsMissing };
  const ranked = at(ranks).every(({ found }) => found !== undefined && Math.abs(found - 100) <= 100 * tolerance);
  return { statistic: ranked ? 'percentile-rank' : 'none', emptyIsMissing: false };
}
