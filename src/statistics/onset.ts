import { logAddExp, logSumExp } from './logarithms.ts';

/**
 * Evidence spread over what the harm may be (one entry an alternative) and over when it may have begun.
 *
 * A plain product loses wealth while a canary is good, and a fault that starts late must first win it back. Here a part of the
 * wealth is put on "it begins now" again and again, so detection slows with the logarithm of the clean history only. The sum starts at 1
 * and is a nonnegative supermartingale while nothing is wrong: by Ville's inequality it ever reaches 1/alpha with probability alpha at most.
 */
export interface Onset {
  /** Informative periods so far. */
  readonly periods: number;
  /** ln of the wealth not staked yet. */
  readonly lnReserve: number;
  /** ln of the wealth on each alternative; null for none (JSON has no infinities). */
  readonly lnStaked: readonly (number | null)[];
}

/** How much of the reserve is staked, and when. */
export interface OnsetPrior {
  /** Share staked at the first informative period, 0-1. */
  readonly start: number;
  /** Afterwards: `every / (periods + halt)`, once in `every` periods. */
  readonly halt: number;
  readonly every: number;
  /** At least this share at a period in which a new weight takes effect, 0-1. */
  readonly atShift: number;
}

export const defaultPrior: OnsetPrior = { start: 0.7, halt: 120, every: 6, atShift: 0.1 };

export const beginOnset = (alternatives: number): Onset => ({ periods: 0, lnReserve: 0, lnStaked: Array.from({ length: alternatives }, () => null) });

/** The share of the reserve to stake before a period's counts are seen; `index` is 0 for the first informative one. */
export function shareToStake(index: number, shifted: boolean, prior: OnsetPrior): number {
  const regular = index === 0 ? prior.start : index % prior.every === 0 ? prior.every / (index + prior.halt) : 0;
  return shifted && index > 0 ? Math.max(regular, prior.atShift) : regular;
}

const floor = -1e6;

/**
 * The state after one informative period.
 *
 * @param lnFactors ln of the period's factor under each alternative, given what was staked on it (before the period)
 * @param shifted whether a new weight took effect in this period
 */
export function advanceOnset(state: Onset, lnFactors: (lnStaked: number, alternative: number) => number, shifted: boolean, prior: OnsetPrior): Onset {
  const share = shareToStake(state.periods, shifted, prior);
  const lnShare = share > 0 ? state.lnReserve + Math.log(share / state.lnStaked.length) : Number.NEGATIVE_INFINITY;
  const lnStaked = state.lnStaked.map((before, alternative) => {
    const staked = logAddExp(before ?? Number.NEGATIVE_INFINITY, lnShare);
    return staked === Number.NEGATIVE_INFINITY ? null : Math.max(floor, staked + lnFactors(staked, alternative));
  });
  return { periods: state.periods + 1, lnReserve: share > 0 ? state.lnReserve + Math.log1p(-share) : state.lnReserve, lnStaked };
}

/** ln of the e-value: the evidence so far. 0 at the start. */
export function lnEvidence(state: Onset): number {
  let sum = state.lnReserve;
  for (const staked of state.lnStaked) if (staked !== null) sum = logAddExp(sum, staked);
  return sum;
}

/** ln of the weighted mean of e-values: an e-value itself, however the parts depend on each other. Weights add up to 1. */
export const lnMean = (parts: readonly { readonly weight: number; readonly lnE: number }[]): number =>
  logSumExp(parts.map(({ weight, lnE }) => Math.log(weight) + lnE));
