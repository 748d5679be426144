import { lnBeta } from './logarithms.ts';

/**
 * Anytime-valid upper bound of a rate: at no time, however often one looks, is the true rate above it with probability more than `gamma`.
 *
 * The largest q at which the mixture martingale with a Beta(1/2, 1/2) prior is still below 1/gamma.
 *
 * @param requests n >= 0
 * @param bad 0 <= x <= n
 * @param gamma 0-1
 * @returns a rate, 0-1; 1 while nothing excludes it
 */
export function upperRate(requests: number, bad: number, gamma: number): number {
  if (requests <= 0) return 1;
  const good = requests - bad;
  const lnMixture = lnBeta(bad + 0.5, good + 0.5) - lnBeta(0.5, 0.5) - Math.log(1 / gamma);
  const excluded = (q: number) => lnMixture > bad * (bad === 0 ? 0 : Math.log(q)) + (good === 0 ? 0 : good * Math.log1p(-q));
  let low = bad / requests;
  let high = 1;
  if (!excluded(1 - 1e-12)) return 1;
  // Past the observed rate the likelihood only falls, so there is one crossing.
  for (let round = 0; round < 40; round += 1) {
    const middle = (low + high) / 2;
    if (excluded(middle)) high = middle;
    else low = middle;
  }
  return high;
}
