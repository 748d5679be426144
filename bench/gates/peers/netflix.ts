import { lnBeta } from '../../../src/statistics/logarithms.ts';
import type { Policy } from '../policy.ts';
import { type Counted, sumOf } from '../world.ts';
import { onFixedRamp, usualRamp, type Watch } from './watch.ts';

const alpha = 0.01;
/** How many bad requests the prior counts for: few, so that a canary with most of them is seen at once. */
const concentration = 2;

/**
 * ln of the Bayes factor of a Beta prior around the canary's weight against the weight itself, given who produced each bad request.
 *
 * @param weight the canary's share of all requests, between 0 and 1
 * @see Lindon, Malek, Anytime-valid inference for multinomial count data, 2022
 */
export const lnBayesFactor = (ofCanary: number, ofStable: number, weight: number): number =>
  lnBeta(concentration * weight + ofCanary, concentration * (1 - weight) + ofStable) -
  lnBeta(concentration * weight, concentration * (1 - weight)) -
  ofCanary * Math.log(weight) -
  ofStable * Math.log1p(-weight);

/** Bad requests: the prior begins anew with each weight, and the factors multiply. Only a canary with too many is stopped. */
function badRequests(): Watch {
  let before = 0;
  let weight = 0;
  let ofCanary = 0;
  let ofStable = 0;
  const informative = () => weight > 0 && weight < 1;
  const lnFactor = () => (informative() ? lnBayesFactor(ofCanary, ofStable, weight) : 0);
  return {
    see({ weight: inForce, canary, stable }) {
      if (inForce !== weight) {
        before += lnFactor();
        [weight, ofCanary, ofStable] = [inForce, 0, 0];
      }
      if (!informative() || !canary || !stable) return;
      ofCanary += canary.bad;
      ofStable += stable.bad;
    },
    failed: () => ofCanary > weight * (ofCanary + ofStable) && before + lnFactor() >= Math.log(2 / alpha),
  };
}

/** Half-width of a band around a distribution function that holds at every look. @see Howard, Ramdas, Sequential estimation of quantiles, 2022 */
const bandOf = (requests: number, level: number): number =>
  0.85 * Math.sqrt((Math.log(Math.log(Math.E * requests)) + 0.8 * Math.log(1612 / level)) / requests);

/** Latency: bands around both distributions, stopped where the canary's lies wholly on the slow side of stable's. */
function latencies(): Watch {
  let canary: Counted = sumOf([]);
  let stable: Counted = sumOf([]);
  return {
    see(tick) {
      canary = sumOf([canary, tick.canary]);
      stable = sumOf([stable, tick.stable]);
    },
    failed() {
      if (canary.requests === 0 || stable.requests === 0) return false;
      const apart = bandOf(canary.requests, alpha / 4) + bandOf(stable.requests, alpha / 4);
      let [below, usually] = [0, 0];
      return canary.buckets.some((hits, index) => {
        below += hits / canary.requests;
        usually += (stable.buckets[index] ?? 0) / stable.requests;
        return usually - below > apart;
      });
    },
  };
}

/** Netflix' sequential canary tests, on the usual fixed ramp. @see Lindon, Sanden, Shirikian, Rapid regression detection, KDD 2022 */
export const netflix: Policy = {
  name: 'netflix-sequential',
  says: 'Netflix sequential, 10/25/50 x5min',
  start() {
    const watches = [badRequests(), latencies()];
    return onFixedRamp(usualRamp, {
      see: (tick) => watches.forEach((watch) => watch.see(tick)),
      failed: (now) => watches.some((watch) => watch.failed(now)),
    });
  },
};
