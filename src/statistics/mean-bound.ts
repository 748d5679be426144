/**
 * Anytime-valid upper bounds of a mean that is seen one value at a time: at no time, however often one looks, is the mean above the
 * bound with probability more than `gamma`. Their state is a few sums.
 */

/** Sums of an empirical Bernstein bound, over values of 0-1. */
export interface BernsteinSums {
  readonly count: number;
  readonly sum: number;
  /** Squared distances, each from the mean as known before its value. */
  readonly squares: number;
  readonly bets: number;
  readonly betSum: number;
  readonly slack: number;
}

export const beginBernstein = (): BernsteinSums => ({ count: 0, sum: 0, squares: 0, bets: 0, betSum: 0, slack: 0 });

const largestBet = 0.5;

/**
 * @param value 0-1
 * @param gamma what the bets are best for; the bound holds for any
 * @see Waudby-Smith, Ramdas, Estimating means of bounded random variables by betting (2023), theorem 2
 */
export function advanceBernstein(sums: BernsteinSums, value: number, gamma: number): BernsteinSums {
  const { count, sum, squares } = sums;
  const number = count + 1;
  const mean = (0.5 + sum) / number;
  const variance = (0.25 + squares) / number;
  const bet = Math.min(largestBet, Math.sqrt((2 * Math.log(1 / gamma)) / (variance * number * Math.log1p(number))));
  const meanAfter = (0.5 + sum + value) / (number + 1);
  return {
    count: number,
    sum: sum + value,
    squares: squares + (value - meanAfter) ** 2,
    bets: sums.bets + bet,
    betSum: sums.betSum + bet * value,
    // 4 (x - mean)² times psi(bet) = (-ln(1 - bet) - bet) / 4
    slack: sums.slack + (value - mean) ** 2 * (-Math.log1p(-bet) - bet),
  };
}

/** Upper bound of the mean of values of 0-1; 1 while nothing excludes it. */
export const bernsteinBound = ({ bets, betSum, slack }: BernsteinSums, gamma: number): number =>
  bets === 0 ? 1 : Math.min(1, (betSum + Math.log(1 / gamma) + slack) / bets);

/** After so many values the mixture is at its tightest. */
const tightestAt = 4;

/**
 * Upper bound of the mean of values that scatter no more than a normal distribution of standard deviation 1 does.
 *
 * @returns Infinity while nothing excludes it
 * @see Robbins, Statistical methods related to the law of the iterated logarithm (1970): the mixture over normal alternatives
 */
export function normalBound(count: number, sum: number, gamma: number): number {
  if (count <= 0) return Number.POSITIVE_INFINITY;
  const wide = count + tightestAt;
  return (sum + Math.sqrt(2 * wide * (Math.log(1 / gamma) + 0.5 * Math.log(wide / tightestAt)))) / count;
}
