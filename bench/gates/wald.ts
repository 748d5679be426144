import { bucketShares } from './latency.ts';
import type { Scenario } from './scenarios.ts';
import type { Happened } from './world.ts';

/** What a test with an error of 1 % needs on average, in nats: Wald's limit. */
const needed = Math.log(100);

/** Kullback-Leibler divergence of two distributions over the same outcomes, nats. */
export function divergence(from: readonly number[], to: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < from.length; index += 1) {
    const p = from[index] ?? 0;
    if (p > 0) sum += p * Math.log(p / (to[index] ?? 0));
  }
  return sum;
}

const ofRate = (rate: number): readonly number[] => [rate, 1 - rate];

/**
 * What a tick's requests tell about canary and stable being different, in units of Wald's limit for an error of 1 %: each side's divergence
 * from both together, at the true rates. Independent of weights, traffic and ramp; nobody who is exact can decide below 1 on average.
 */
export function informationOf({ harm }: Pick<Scenario, 'harm'>, { canary, stable, canaryRate, stableRate, slower }: Happened): number {
  if (canary.requests === 0 || stable.requests === 0) return 0;
  const [ofCanary, ofStable] = harm === 'errors' ? [ofRate(canaryRate), ofRate(stableRate)] : [bucketShares(slower), bucketShares(1)];
  const share = canary.requests / (canary.requests + stable.requests);
  const pooled = ofCanary.map((p, index) => share * p + (1 - share) * (ofStable[index] ?? 0));
  return (canary.requests * divergence(ofCanary, pooled) + stable.requests * divergence(ofStable, pooled)) / needed;
}
