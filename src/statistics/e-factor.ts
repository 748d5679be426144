/** What one metric period counted on both sides: requests, and the bad ones among them. Bad counts never exceed their requests. */
export interface Counts {
  readonly canaryRequests: number;
  readonly canaryBad: number;
  readonly stableRequests: number;
  readonly stableBad: number;
}

/** Stable's counts in the canary's place: evidence of harm is then evidence that the canary is better. */
export const rolesChanged = (counts: Counts): Counts => ({
  canaryRequests: counts.stableRequests,
  canaryBad: counts.stableBad,
  stableRequests: counts.canaryRequests,
  stableBad: counts.canaryBad,
});

/**
 * The largest rate of bad requests that still counts as good: p_canary <= ratio * p_stable + extra, in every period by itself,
 * whatever p_stable does from one period to the next.
 */
export interface Tolerance {
  readonly ratio: number;
  readonly extra: number;
}

/** What a bad request of each side multiplies the evidence by, and what all of the canary's requests together take off it, per request. */
export interface Stakes {
  readonly canary: number;
  readonly stable: number;
  readonly drain: number;
}

/** The least a bad request of stable's multiplies the evidence by. */
const leastStable = 1e-9;

/**
 * The growth-optimal stakes against "within the tolerance" where the canary's true rate is `canaryRate`.
 *
 * Any multiplier `a >= 1` for a bad canary request goes with `b = 1 - s (a - 1)` for a bad stable one, s = ratio * n_c / n_b, and the
 * expected factor is then at most 1 under the tolerance. This `a` is the root of p_c / a = ratio * p_b / b + extra, in a form that
 * stays stable for extra -> 0.
 *
 * @param canaryRate the rate to be quick against, 0-1
 * @param stableRate stable's rate as known before this period, 0-1: it moves the speed, never the bound
 * @param exposure ratio * canary's requests / stable's requests, > 0
 */
export function stakes(canaryRate: number, stableRate: number, exposure: number, { ratio, extra }: Tolerance): Stakes {
  const linear = canaryRate * exposure + ratio * stableRate + extra * (1 + exposure);
  // Nobody is expected to fail: there is nothing to bet on.
  if (linear <= 0) return { canary: 1, stable: 1, drain: 0 };
  const root = Math.sqrt(Math.max(0, linear * linear - 4 * extra * exposure * canaryRate * (1 + exposure)));
  // Millions of the canary's to one of stable's: rounding would leave stable's bad request less than nothing.
  const canary = Math.min((2 * canaryRate * (1 + exposure)) / (linear + root), 1 + (1 - leastStable) / exposure);
  return { canary, stable: Math.max(leastStable, 1 - exposure * (canary - 1)), drain: extra * (canary - 1) };
}

/** ln of the factor by which one period's counts multiply the evidence. */
export const lnFactor = (counts: Counts, { canary, stable, drain }: Stakes): number =>
  counts.canaryBad * Math.log(canary) + (counts.stableBad === 0 ? 0 : counts.stableBad * Math.log(stable)) - counts.canaryRequests * drain;
