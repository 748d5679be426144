import { advanceOnset, beginOnset, type Onset, type OnsetPrior } from './onset.ts';

/** Multiples of the limit to be quick against. */
const ratios = [2, 5, 20];
const highestRate = 0.98;

/**
 * Stakes a little in every period: a fault that breaks a fixed limit shows within a period or two, so what counts is that some of the
 * wealth was staked just before it, whichever period that is.
 */
const prior: OnsetPrior = { start: 0.3, halt: 60, every: 1, atShift: 0.1 };

export const beginFixedRate = (): Onset => beginOnset(ratios.length);

/**
 * One period's evidence that one variant's rate of bad requests is above a limit that was fixed before.
 *
 * @param limit the largest rate that still counts as good in this period, 0-1: known before its counts
 */
export function advanceFixedRate(state: Onset, requests: number, bad: number, limit: number, clusterSize: number, shifted: boolean): Onset {
  if (requests <= 0 || limit >= highestRate) return state;
  return advanceOnset(
    state,
    (_staked, alternative) => {
      const ratio = Math.min(highestRate, limit * (ratios[alternative] ?? 1)) / limit;
      return (bad * Math.log(ratio) - requests * limit * (ratio - 1)) / clusterSize;
    },
    shifted,
    prior,
  );
}
