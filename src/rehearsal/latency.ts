import { normalCdf } from '../statistics/normal.ts';

/** Lognormal latencies: their median in milliseconds, and the deviation of their natural logarithm. */
export interface Lognormal {
  readonly medianMs: number;
  readonly sigma: number;
}

/**
 * Share of requests in each bucket of latency; the last has no upper edge.
 *
 * @param edgesMs rising upper edges, milliseconds; none: no latency is drawn at all
 */
export function bucketShares({ medianMs, sigma }: Lognormal, edgesMs: readonly number[]): readonly number[] {
  if (edgesMs.length === 0) return [];
  const below = edgesMs.map((edge) => normalCdf(Math.log(edge / medianMs) / sigma));
  return [...below, 1].map((share, index) => share - (index === 0 ? 0 : (below[index - 1] ?? 0)));
}

/** A grid fine enough to read averages and percentiles from: steps of an eighth, from a twentieth of the median to two hundred times. */
export function fineEdges(medianMs: number): readonly number[] {
  const edges: number[] = [];
  for (let edge = medianMs / 20; edge < medianMs * 200; edge *= 1.125) edges.push(edge);
  return edges;
}

const lowerOf = (edgesMs: readonly number[], index: number): number => (index === 0 ? (edgesMs[0] ?? 0) / 1.125 : (edgesMs[index - 1] ?? 0));
const upperOf = (edgesMs: readonly number[], index: number): number => edgesMs[index] ?? (edgesMs.at(-1) ?? 0) * 1.125;

/** The latency that a share of the requests stays below, milliseconds, between two edges by the logarithm. */
export function percentileMs(buckets: readonly number[], edgesMs: readonly number[], share: number): number {
  const wanted = share * buckets.reduce((sum, hits) => sum + hits, 0);
  let below = 0;
  for (const [index, hits] of buckets.entries()) {
    if (hits > 0 && below + hits >= wanted) {
      const lower = lowerOf(edgesMs, index);
      return lower * (upperOf(edgesMs, index) / lower) ** ((wanted - below) / hits);
    }
    below += hits;
  }
  return upperOf(edgesMs, edgesMs.length);
}

/** The mean latency, milliseconds: each bucket's at its geometric middle. */
export function meanMs(buckets: readonly number[], edgesMs: readonly number[]): number {
  let sum = 0;
  let count = 0;
  for (const [index, hits] of buckets.entries()) {
    sum += hits * Math.sqrt(lowerOf(edgesMs, index) * upperOf(edgesMs, index));
    count += hits;
  }
  return count === 0 ? 0 : sum / count;
}
