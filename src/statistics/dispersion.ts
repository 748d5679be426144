/** Two samples of the same thing: what they count differs by chance alone, unless bad requests come in clusters. */
export interface Pair {
  readonly first: { readonly requests: number; readonly bad: number };
  readonly second: { readonly requests: number; readonly bad: number };
}

/**
 * How many bad requests come as one, >= 1: by what the evidence must be divided so that a burst does not count as many witnesses.
 *
 * The Pearson statistic of the first sample's share, a period's worth each; whatever both samples have in common cancels. A variance
 * within three standard errors of chance counts as chance.
 *
 * @param pairs at least 20 with bad requests in them, else 1 is assumed
 */
export function clusterSizeOf(pairs: readonly Pair[]): number {
  let squares = 0;
  let variance = 0;
  let periods = 0;
  for (const { first, second } of pairs) {
    const requests = first.requests + second.requests;
    const bad = first.bad + second.bad;
    if (bad === 0 || requests === 0) continue;
    const share = first.requests / requests;
    squares += (first.bad - bad * share) ** 2;
    variance += bad * share * (1 - share);
    periods += 1;
  }
  if (periods < 20 || variance === 0) return 1;
  const dispersion = squares / variance;
  return dispersion <= 1 + 3 * Math.sqrt(2 / periods) ? 1 : 1.25 * dispersion;
}
