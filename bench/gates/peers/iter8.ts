import { normalCdf } from '../../../src/statistics/normal.ts';
import { momentsMs } from '../latency.ts';
import type { Policy } from '../policy.ts';
import { type Counted, sumOf } from '../world.ts';

const iterationTicks = 3;
const iterations = 100;
const leastShare = 0.025;
const largestIncrement = 0.02;
const tolerance = 1.25;
const sureEnough = 0.99;

/** Belief about one ratio metric of two versions: Gaussian around what was seen, as wide as the range seen so far over the requests. */
function belief() {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  /** @returns probability that the canary's metric is at most 1.25 times stable's */
  return (canary: number | undefined, stable: number | undefined, canaryRequests: number, stableRequests: number): number => {
    for (const value of [canary, stable]) {
      if (value === undefined) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    // Nothing known satisfies nothing.
    if (canary === undefined || stable === undefined) return 0;
    const range = most - least;
    const deviation = Math.sqrt(range / (1 + canaryRequests) + (tolerance ** 2 * range) / (1 + stableRequests));
    const distance = tolerance * stable - canary;
    // Without any range both beliefs are points.
    if (deviation === 0) return distance >= 0 ? 1 : 0;
    return normalCdf(distance / deviation);
  };
}

/**
 * iter8's progressive experiment of its Bayesian days: error rate and mean latency at most 1.25 times stable's, 100 iterations of 30 s. The
 * share follows the canary's posterior, upwards by two points an iteration at most; at the end all goes to a winner at 99 %, else to stable.
 *
 * The probabilities iter8 finds with 10,000 samples are computed.
 *
 * @see iter8-analytics 0.2 and 1.0-pre
 */
export const iter8: Policy = {
  name: 'iter8-progressive',
  says: 'iter8 progressive',
  start() {
    let canary: Counted = sumOf([]);
    let stable: Counted = sumOf([]);
    const errors = belief();
    const latency = belief();
    let share = leastShare;
    let ended = false;
    return {
      firstWeight: share,
      get ended() {
        return ended;
      },
      see(tick) {
        canary = sumOf([canary, tick.canary]);
        stable = sumOf([stable, tick.stable]);
      },
      decide(now) {
        if (ended || now === 0 || now % iterationTicks !== 0) return undefined;
        const rate = ({ bad, requests }: Counted) => (requests === 0 ? undefined : bad / requests);
        const exposure = [canary.requests, stable.requests] as const;
        const posterior = errors(rate(canary), rate(stable), ...exposure) * latency(momentsMs(canary)?.mean, momentsMs(stable)?.mean, ...exposure);
        if (now >= iterations * iterationTicks) {
          ended = true;
          return posterior >= sureEnough ? 1 : 0;
        }
        const target = leastShare + (1 - 2 * leastShare) * posterior;
        const next = Math.min(share + largestIncrement, target);
        if (next === share) return undefined;
        share = next;
        return share;
      },
    };
  },
};
