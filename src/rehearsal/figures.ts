/** The value that a share of a sorted list stays at or below (nearest rank); undefined for an empty one. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly mean: number;
}

/** Undefined for an empty list. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const p95 = quantile(sorted, 0.95);
  if (median === undefined || p95 === undefined) return undefined;
  return { median, p95, mean: values.reduce((sum, value) => sum + value, 0) / values.length };
}

/**
 * Where a share of that many runs leaves the true probability, at 95 % (Wilson).
 *
 * @returns lower and upper bound, 0-1
 */
export function shareBounds(hits: number, runs: number): readonly [number, number] {
  if (runs === 0) return [0, 1];
  const z = 1.96;
  const share = hits / runs;
  const centre = share + (z * z) / (2 * runs);
  const half = z * Math.sqrt((share * (1 - share)) / runs + (z * z) / (4 * runs * runs));
  const scale = 1 + (z * z) / runs;
  // At the ends the formula is exact and its rounding is not.
  return [hits === 0 ? 0 : (centre - half) / scale, hits === runs ? 1 : (centre + half) / scale];
}
