import type { MetricQuery } from '../ports/metrics.ts';
import { meanMs, percentileMs } from './latency.ts';
import type { Source } from './source.ts';
import type { Counted } from './world.ts';

/** A gate asked for something that the world at hand has no model for. */
export class NotModelled extends Error {
  override name = 'NotModelled';
}

/** No request takes a day. */
const aboveAllUs = 86_400_000_000;

type Figure = (counted: Counted) => number;

/** What CloudWatch would say of a period's counts. Throws `NotModelled` for what the source knows nothing of. */
export function figureOf({ namespace, metricName, statistic, periodSeconds }: MetricQuery, source: Source): Figure {
  // Made where it is thrown: an error's stack costs more than the figure.
  const unknown = () => new NotModelled(`metric ${namespace} ${metricName}, ${statistic} of ${periodSeconds} s`);
  if (periodSeconds < source.tickSeconds || periodSeconds % source.tickSeconds !== 0) throw unknown();
  const own = source.ownMetrics.findIndex((metric) => metric.namespace === namespace && metric.name === metricName);
  const sumOf: Figure | undefined =
    own >= 0
      ? ({ sums }) => sums[own] ?? 0
      : namespace !== 'AWS/SageMaker'
        ? undefined
        : metricName === 'Invocations'
          ? ({ requests }) => requests
          : source.errorMetrics.includes(metricName)
            ? ({ errors }) => errors
            : undefined;
  if (sumOf) {
    if (statistic === 'Sum') return sumOf;
    if (statistic === 'SampleCount') return ({ requests }) => requests;
    if (statistic === 'Average') return (counted) => sumOf(counted) / counted.requests;
    if (own < 0 && statistic === 'Maximum') return (counted) => (sumOf(counted) > 0 ? 1 : 0);
    if (own < 0 && statistic === 'Minimum') return (counted) => (sumOf(counted) < counted.requests ? 0 : 1);
    throw unknown();
  }
  const { edgesMs, fine } = source;
  if (namespace !== 'AWS/SageMaker' || metricName !== 'ModelLatency' || edgesMs.length === 0) throw unknown();
  if (statistic === 'SampleCount') return ({ requests }) => requests;
  const [, kind, low, high] = /^(TC|PR)\((\d*):(\d*)\)$/.exec(statistic) ?? [];
  if (kind !== undefined && (low === '') !== (high === '')) {
    const us = Number(low === '' ? high : low);
    // Above the longest latency there is, all are below; else only edges are known.
    const edge = us >= aboveAllUs ? edgesMs.length : edgesMs.findIndex((ms) => Math.round(ms * 1000) === us);
    if (edge >= 0) {
      const above: Figure = ({ buckets }) => buckets.slice(edge + 1).reduce((sum, hits) => sum + hits, 0);
      const counted: Figure = low === '' ? (all) => all.requests - above(all) : above;
      return kind === 'TC' ? counted : (all) => (100 * counted(all)) / all.requests;
    }
  }
  const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(statistic) ?? [];
  // ModelLatency is in microseconds.
  if (fine && percent !== undefined) return ({ buckets }) => 1000 * percentileMs(buckets, edgesMs, Number(percent) / 100);
  if (fine && statistic === 'Average') return ({ buckets }) => 1000 * meanMs(buckets, edgesMs);
  if (fine && statistic === 'Maximum') return ({ buckets }) => 1000 * percentileMs(buckets, edgesMs, 1);
  if (fine && statistic === 'Minimum') return ({ buckets }) => 1000 * percentileMs(buckets, edgesMs, 0);
  throw unknown();
}
