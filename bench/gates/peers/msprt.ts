import { momentsMs } from '../latency.ts';
import type { Policy } from '../policy.ts';
import { type Counted, sumOf } from '../world.ts';
import { onFixedRamp, usualRamp, type Watch } from './watch.ts';

/** Of an error rate, and of a mean latency in seconds: differences of about 0.01 are what the mixture is made for. */
const tau2 = 1e-4;
const alpha = 0.01;

/**
 * ln of the mixture likelihood ratio of two means.
 *
 * @param difference canary's mean less stable's
 * @param variance of that difference, > 0
 * @see Johari, Koomen, Pekelis, Walsh, Peeking at A/B tests, 2017
 */
export const lnMixtureRatio = (difference: number, variance: number): number =>
  0.5 * Math.log(variance / (variance + tau2)) + (tau2 * difference ** 2) / (2 * variance * (variance + tau2));

/** Two metrics of cumulative means, each at half of alpha; only a worse canary is stopped. */
function sequentialRatio(): Watch {
  let canary: Counted = sumOf([]);
  let stable: Counted = sumOf([]);
  const worse = (difference: number, variance: number) =>
    difference > 0 && variance > 0 && lnMixtureRatio(difference, variance) >= Math.log(2 / alpha);
  return {
    see(tick) {
      canary = sumOf([canary, tick.canary]);
      stable = sumOf([stable, tick.stable]);
    },
    failed() {
      if (canary.requests === 0 || stable.requests === 0) return false;
      const [p, q] = [canary.bad / canary.requests, stable.bad / stable.requests];
      if (worse(p - q, (p * (1 - p)) / canary.requests + (q * (1 - q)) / stable.requests)) return true;
      const [slow, usual] = [momentsMs(canary), momentsMs(stable)];
      if (!slow || !usual) return false;
      return worse((slow.mean - usual.mean) / 1e3, (slow.variance / canary.requests + usual.variance / stable.requests) / 1e6);
    },
  };
}

export const msprt: Policy = { name: 'msprt', says: 'mSPRT, 10/25/50 x5min', start: () => onFixedRamp(usualRamp, sequentialRatio()) };
