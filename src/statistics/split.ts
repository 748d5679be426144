import { lnBeta } from './logarithms.ts';

/** How firmly the intended split is believed: as if so many requests had been seen to follow it. */
const firmness = 1000;

/**
 * ln of the e-value against "each request goes to the canary with probability `share`": a Beta mixture around the share.
 *
 * While the requests are split as intended this ever reaches 1/alpha with probability alpha at most, however often one looks; at 1e6 the
 * split is off.
 *
 * @param canary requests the canary had, >= 0
 * @param stable requests stable had in the same periods, >= 0
 * @param share intended share of the canary, 0 < share < 1
 */
export function lnSplitOff(canary: number, stable: number, share: number): number {
  const a = firmness * share;
  const b = firmness * (1 - share);
  return lnBeta(a + canary, b + stable) - lnBeta(a, b) - canary * Math.log(share) - stable * Math.log1p(-share);
}
