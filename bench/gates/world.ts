import { type Chance, chanceOf } from './chance.ts';
import type { Scenario } from './scenarios.ts';

/** Upper edges of the latency buckets, ms; the last one has none. */
export const bucketEdgesMs = [50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 2000, 5000] as const;

/** What one variant did in one tick. */
export interface Counted {
  readonly requests: number;
  readonly bad: number;
  /** Requests a latency bucket. */
  readonly buckets: readonly number[];
}

/** One tick as a policy may see it; a variant whose datapoint is missing is unset. */
export interface Tick {
  readonly tick: number;
  readonly weight: number;
  readonly canary?: Counted | undefined;
  readonly stable?: Counted | undefined;
}

export const tickSeconds = 10;
/** Ticks between the end of a tick and the moment its data can be read. */
export const settlingTicks = 2;
/** Ticks from the tick at whose end a weight is asked for to the first one it is in force in. */
export const actuationTicks = 4;
export const firstWeightTick = 3;
export const horizonTicks = 1440;

const medianMs = 100;
const sigma = 0.5;

/** Probability of each bucket where latency is lognormal with its median multiplied by `slower`. */
export function bucketShares(slower: number): readonly number[] {
  const below = bucketEdgesMs.map((edge) => normalCdf((Math.log(edge) - Math.log(medianMs * slower)) / sigma));
  return [...below, 1].map((value, index) => value - (index === 0 ? 0 : (below[index - 1] ?? 0)));
}

/** The standard normal distribution function, absolute error below 1e-7 (Abramowitz and Stegun 26.2.17 is not enough here: a continued fraction and a series). */
export function normalCdf(z: number): number {
  if (z < 0) return 1 - normalCdf(-z);
  if (z > 6) {
    return 1;
  }
  let term = z;
  let sum = z;
  for (let n = 1; n < 200 && Math.abs(term) > 1e-17 * sum; n += 1) {
    term *= (z * z) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + sum * Math.exp((-z * z) / 2) * 0.3989422804014327;
}

const sharesOf = new Map<number, readonly number[]>();
function shares(slower: number): readonly number[] {
  const known = sharesOf.get(slower);
  if (known) return known;
  const made = bucketShares(slower);
  sharesOf.set(slower, made);
  return made;
}

function spread(requests: number, slower: number, draw: Chance): number[] {
  let left = requests;
  let mass = 1;
  const into: number[] = [];
  for (const share of shares(slower)) {
    const hits = left === 0 ? 0 : mass <= share ? left : draw.binomial(left, Math.min(1, share / mass));
    into.push(hits);
    left -= hits;
    mass -= share;
  }
  return into;
}

/** Share of requests that a healthy variant answers in more than 300 ms. */
export const usualSlowShare = bucketShares(1)
  .slice(6)
  .reduce((sum, share) => sum + share, 0);

/** Requests in more than 300 ms. */
export const slowOf = (counted: Counted): number => counted.buckets.slice(6).reduce((sum, hits) => sum + hits, 0);

export interface World {
  /** What happens in a tick with the canary at `weight`, 0-1; truth, and what can be read of it later. */
  play(
    tick: number,
    weight: number,
  ): { readonly truth: Tick; readonly seen: Tick; readonly base: number; readonly canaryRate: number; readonly slower: number };
  /** Half an hour of stable alone before the start, as two halves of its instances. */
  readonly before: readonly { readonly first: Counted; readonly second: Counted }[];
}

/** A scenario played from a seed; `run` tells repetitions apart. */
export function worldOf(scenario: Scenario, seed: number, run: number): World {
  const draw = chanceOf(seed * 1_000_003 + Number(scenario.id.slice(1)), run);
  const one = (requests: number, rate: number, slower: number): Counted => ({
    requests,
    bad: draw.binomial(requests, rate),
    buckets: spread(requests, slower, draw),
  });
  const before = Array.from({ length: 180 }, (_, index) => {
    const tick = index - 180;
    const requests = draw.poisson(scenario.traffic(tick) * tickSeconds);
    const rate = scenario.base(-1000, draw);
    const first = draw.binomial(requests, 0.5);
    return { first: one(first, rate, 1), second: one(requests - first, rate, 1) };
  });
  let age = 0;
  return {
    before,
    play(tick, weight) {
      const requests = draw.poisson(scenario.traffic(tick) * tickSeconds);
      const base = scenario.base(tick, draw);
      const toCanary = draw.binomial(requests, weight);
      const rate = scenario.canary(base, age, weight);
      const slower = scenario.slower(age);
      const canary = one(toCanary, rate, slower);
      const stable = one(requests - toCanary, base, 1);
      if (weight > 0) age += 1;
      const lostCanary = scenario.missing > 0 && draw.uniform() < scenario.missing;
      const lostStable = scenario.missing > 0 && draw.uniform() < scenario.missing;
      const truth: Tick = { tick, weight, canary, stable };
      return {
        truth,
        seen: { tick, weight, ...(!lostCanary && { canary }), ...(!lostStable && { stable }) },
        base,
        canaryRate: rate,
        slower,
      };
    },
  };
}
