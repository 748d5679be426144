import type { Chance } from '../../src/rehearsal/chance.ts';
import { normalCdf } from '../../src/statistics/normal.ts';

/** Upper edges of the latency buckets, ms; the last bucket has none. */
export const bucketEdgesMs = [50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 2000, 5000] as const;

const medianMs = 100;
const sigma = 0.5;
/** A request that took longer is slow: the bucket above this edge and all after it. */
const firstSlowBucket = bucketEdgesMs.indexOf(300) + 1;

const known = new Map<number, readonly number[]>();

/** Probability of each bucket where latency is lognormal, median 100 ms and sigma 0.5, with its median multiplied by `slower`. */
export function bucketShares(slower: number): readonly number[] {
  const before = known.get(slower);
  if (before) return before;
  const below = bucketEdgesMs.map((edge) => normalCdf(Math.log(edge / (medianMs * slower)) / sigma));
  const shares = [...below, 1].map((value, index) => value - (index === 0 ? 0 : (below[index - 1] ?? 0)));
  known.set(slower, shares);
  return shares;
}

/** Share of requests over 300 ms, 0-1. */
export const slowShare = (slower: number): number =>
  bucketShares(slower)
    .slice(firstSlowBucket)
    .reduce((sum, share) => sum + share, 0);

/** Requests over an edge of the buckets. */
export function overMs(edgeMs: (typeof bucketEdgesMs)[number], { buckets }: { readonly buckets: readonly number[] }): number {
  let over = 0;
  for (let index = bucketEdgesMs.indexOf(edgeMs) + 1; index < buckets.length; index += 1) over += buckets[index] ?? 0;
  return over;
}

/** Requests over 300 ms. */
export const slowOf = (counted: { readonly buckets: readonly number[] }): number => overMs(300, counted);

/** Draws how many of the requests fall into each bucket. */
export function spread(requests: number, slower: number, draw: Chance): number[] {
  let left = requests;
  let mass = 1;
  return bucketShares(slower).map((share) => {
    const hits = mass <= share ? left : draw.binomial(left, share / mass);
    left -= hits;
    mass -= share;
    return hits;
  });
}

/** What a request of each bucket took, ms, as far as buckets can tell: the middle between the edges. */
const middlesMs = [...bucketEdgesMs, 5000].map((edge, index) => (edge + (index === 0 ? 0 : (bucketEdgesMs[index - 1] ?? 0))) / 2);

/** Mean and variance of latency, ms and ms², with every request in the middle of its bucket; unset without requests. */
export function momentsMs({
  requests,
  buckets,
}: {
  readonly requests: number;
  readonly buckets: readonly number[];
}): { readonly mean: number; readonly variance: number } | undefined {
  if (requests === 0) return undefined;
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < buckets.length; index += 1) {
    const middle = middlesMs[index] ?? 0;
    const hits = buckets[index] ?? 0;
    sum += hits * middle;
    squares += hits * middle * middle;
  }
  const mean = sum / requests;
  return { mean, variance: Math.max(0, squares / requests - mean * mean) };
}

/** The latency below which `share` of the requests are, ms: linear inside its bucket, as Prometheus' histogram_quantile() has it. */
export function percentileMs(share: number, { requests, buckets }: { readonly requests: number; readonly buckets: readonly number[] }): number {
  const wanted = share * requests;
  let below = 0;
  for (const [index, edge] of bucketEdgesMs.entries()) {
    const hits = buckets[index] ?? 0;
    const lower = index === 0 ? 0 : (bucketEdgesMs[index - 1] ?? 0);
    if (hits > 0 && below + hits >= wanted) return lower + ((edge - lower) * (wanted - below)) / hits;
    below += hits;
  }
  return bucketEdgesMs[bucketEdgesMs.length - 1] ?? 0;
}
