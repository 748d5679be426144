import { logSumExp } from './logarithms.ts';
import { advanceBernstein, type BernsteinSums, beginBernstein, bernsteinBound, normalBound } from './mean-bound.ts';
import { advanceOnset, beginOnset, defaultPrior, lnEvidence, type Onset } from './onset.ts';

/**
 * What is known of a metric's values before any is seen. `bounded`: they lie within; one beyond counts as the end it is beyond. `normal`:
 * the difference of the two variants in one period scatters no more than a normal distribution of standard deviation `sigma` does.
 */
export type Spread = { readonly kind: 'bounded'; readonly low: number; readonly high: number } | { readonly kind: 'normal'; readonly sigma: number };

export interface MeanRule {
  readonly spread: Spread;
  readonly better: 'lower' | 'higher';
  /** How much worse than stable is still not worse, in the metric's unit, > 0; below `high - low` where values are bounded. */
  readonly margin: number;
}

/** What is remembered between two periods: small JSON. Differences are stable's good minus the canary's, in units of the spread. */
export interface MeanDifference {
  readonly periods: number;
  /** Periods with a value beyond the bounds. */
  readonly beyond: number;
  readonly harm: Onset;
  /** ln of the evidence that the canary is not worse than the margin, one entry a bet. */
  readonly lnNotWorse: readonly number[];
  readonly sum: number;
  /** Recent differences, halved every thirty periods: what the next bet goes by. */
  readonly recent: { readonly count: number; readonly sum: number; readonly squares: number };
  readonly bound: BernsteinSums;
  /** Sums of the two variants' own values, in the metric's unit. */
  readonly canarySum: number;
  readonly stableSum: number;
}

/** Shares of the wealth to bet where values are bounded; one more bet goes by what was seen. */
const boldness = [0.1, 0.3, 0.9] as const;
/** Differences to be quick against where values scatter normally, in standard deviations. */
const effects = [0.25, 0.5, 1, 2] as const;
const bets = 4;
/** The most a single period may add where values are not bounded, nats: an outlier alone proves nothing. Taking off keeps the bound. */
const mostHarm = 4;
const mostNotWorse = 2;
const decay = 0.5 ** (1 / 30);
const gamma = 0.05;

export const beginMeanDifference = (): MeanDifference => ({
  periods: 0,
  beyond: 0,
  harm: beginOnset(bets),
  lnNotWorse: Array.from({ length: bets }, () => 0),
  sum: 0,
  recent: { count: 0, sum: 0, squares: 0 },
  bound: beginBernstein(),
  canarySum: 0,
  stableSum: 0,
});

/** The metric's unit in which differences are remembered. */
export const unitOf = (spread: Spread): number => (spread.kind === 'bounded' ? spread.high - spread.low : spread.sigma);

const within = (value: number, spread: Spread): number => (spread.kind === 'bounded' ? Math.min(spread.high, Math.max(spread.low, value)) : value);

/**
 * The bet that would have grown the recent values' wealth most, to second order: mean / (variance + mean²). One value of 0 and variance 1/4
 * stands before the first, so that a few values alone make no bold bet.
 */
function betOn({ count, sum, squares }: MeanDifference['recent'], offset: number, sign: 1 | -1, largest: number): number {
  // Of sign * value + offset.
  const mean = (sign * sum + offset * count) / (count + 1);
  const square = (squares + 2 * offset * sign * sum + offset * offset * count + 0.25) / (count + 1);
  return Math.min(largest, Math.max(0, mean / square));
}

/**
 * The state after one period in which both variants have a value.
 *
 * In the harm test the canary's mean is at most as bad as stable's in every period, whatever both do from one period to the next: the
 * expected factor is then at most 1. Bets are fixed before the period's values are seen.
 *
 * @param canary the period's mean, in the metric's unit
 * @param shifted whether a new weight took effect in this period
 */
export function advanceMeanDifference(
  state: MeanDifference,
  { canary, stable }: { readonly canary: number; readonly stable: number },
  { spread, better, margin }: MeanRule,
  shifted: boolean,
): MeanDifference {
  const [one, other] = [within(canary, spread), within(stable, spread)];
  const difference = ((better === 'lower' ? 1 : -1) * (one - other)) / unitOf(spread);
  const allowed = margin / unitOf(spread);
  const { recent } = state;
  // The margin less the difference is never below allowed - 1, so that no bet can lose more than nine tenths.
  const bet = (index: number, offset: number, sign: 1 | -1, scale: number) => {
    const bold = boldness[index];
    return bold === undefined ? betOn(recent, offset, sign, 0.9 * scale) : bold * scale;
  };
  const lnHarm = (index: number) =>
    spread.kind === 'bounded'
      ? Math.log1p(bet(index, 0, 1, 1) * difference)
      : Math.min(mostHarm, (effects[index] ?? 1) * difference - (effects[index] ?? 1) ** 2 / 2);
  const lnNotWorse = (index: number) =>
    spread.kind === 'bounded'
      ? Math.log1p(bet(index, allowed, -1, 1 / (1 - allowed)) * (allowed - difference))
      : Math.min(mostNotWorse, (effects[index] ?? 1) * (allowed - difference) - (effects[index] ?? 1) ** 2 / 2);
  return {
    periods: state.periods + 1,
    beyond: state.beyond + (one === canary && other === stable ? 0 : 1),
    harm: advanceOnset(state.harm, (_lnStaked, index) => lnHarm(index), shifted, defaultPrior),
    lnNotWorse: state.lnNotWorse.map((before, index) => before + lnNotWorse(index)),
    sum: state.sum + difference,
    recent: {
      count: recent.count * decay + 1,
      sum: recent.sum * decay + difference,
      squares: recent.squares * decay + difference * difference,
    },
    bound: spread.kind === 'bounded' ? advanceBernstein(state.bound, (difference + 1) / 2, gamma) : state.bound,
    canarySum: state.canarySum + canary,
    stableSum: state.stableSum + stable,
  };
}

/** ln of the e-value against "the canary is not worse". */
export const lnHarmOfMean = (state: MeanDifference): number => lnEvidence(state.harm);

/** ln of the e-value against "the canary is worse than the margin". */
export const lnNotWorseOfMean = ({ lnNotWorse }: MeanDifference): number => logSumExp(lnNotWorse) - Math.log(lnNotWorse.length);

/** Upper bound of how much worse the canary's mean is, in the metric's unit, with error 5 % at any time; Infinity while nothing is excluded. */
export const worseAtMost = ({ periods, sum, bound }: MeanDifference, spread: Spread): number =>
  unitOf(spread) * (spread.kind === 'bounded' ? 2 * bernsteinBound(bound, gamma) - 1 : normalBound(periods, sum, gamma));
