import { type Counts, stakes, type Tolerance } from './e-factor.ts';
import { logSumExp } from './logarithms.ts';

/** How good the canary may turn out to be, as multiples of stable's rate: the test is quick against each. */
const kappas = [0, 0.6, 1];

/** ln of the evidence that the canary is not worse than the margin, one entry an assumed rate. */
export type NotWorse = readonly number[];

export const beginNotWorse = (): NotWorse => kappas.map(() => 0);

/**
 * One period's worth of evidence against "as bad as the margin or worse": p_canary >= ratio * p_stable + extra.
 *
 * The mirror image of the test for harm: a bad canary request takes evidence away, a bad stable one and every good canary request add some.
 *
 * @param stableRate stable's rate as known before this period, 0-1
 */
export function advanceNotWorse(state: NotWorse, counts: Counts, stableRate: number, margin: Tolerance, clusterSize: number): NotWorse {
  const exposure = (margin.ratio * counts.canaryRequests) / counts.stableRequests;
  return state.map((before, index) => {
    const a = Math.max(0.001, stakes((kappas[index] ?? 0) * stableRate, stableRate, exposure, margin).canary);
    // A rate above the margin would turn the bet around; then there is none.
    if (a >= 1) return before;
    const ln = counts.canaryBad * Math.log(a) + counts.stableBad * Math.log1p(exposure * (1 - a)) + (1 - a) * counts.canaryRequests * margin.extra;
    return before + ln / clusterSize;
  });
}

/** ln of the e-value; at ln(1/beta) "worse than the margin" is refuted with error beta. */
export const lnNotWorse = (state: NotWorse): number => logSumExp(state) - Math.log(state.length);
