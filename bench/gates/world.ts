import { chanceOf } from '../../src/rehearsal/chance.ts';
import { slowOf, slowShare, spread } from './latency.ts';
import type { Scenario } from './scenarios.ts';

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
  /** The canary's in this tick, 0-1. */
  readonly weight: number;
  readonly canary?: Counted | undefined;
  readonly stable?: Counted | undefined;
}

/** One tick before the start, stable's instances in two halves: what a policy may learn of dispersion. */
export interface Halves {
  readonly first: Counted;
  readonly second: Counted;
}

export const tickSeconds = 10;
/** Ticks between the end of a tick and the moment its data can be read. */
export const settlingTicks = 2;
/** A weight asked for at the end of tick t is in force from tick t + 4. */
export const actuationTicks = 4;
export const firstWeightTick = 3;
/** Four hours. */
export const horizonTicks = 1440;
const ticksBefore = 180;

/** What happened in a tick: the truth, and what can be read of it later. */
export interface Happened {
  readonly canary: Counted;
  readonly stable: Counted;
  readonly seen: Tick;
  /** True rates of bad requests, 0-1. */
  readonly stableRate: number;
  readonly canaryRate: number;
  /** What the canary's latency was multiplied by. */
  readonly slower: number;
  /** Bad requests of the canary beyond those stable would have had in its place; may be below 0. */
  readonly excess: number;
}

export interface World {
  /** Half an hour of stable alone before the start, oldest tick first. */
  readonly before: readonly Halves[];
  /** Plays the next tick with the canary at `weight`, 0-1. */
  play(weight: number): Happened;
  /** Plays the next tick when nobody looks any more: its excess alone, in few draws. */
  skim(weight: number): number;
}

/** Total of several counts of one variant. */
export function sumOf(counts: readonly (Counted | undefined)[]): Counted {
  let requests = 0;
  let bad = 0;
  const buckets: number[] = [];
  for (const counted of counts) {
    if (!counted) continue;
    requests += counted.requests;
    bad += counted.bad;
    for (let index = 0; index < counted.buckets.length; index += 1) buckets[index] = (buckets[index] ?? 0) + (counted.buckets[index] ?? 0);
  }
  return { requests, bad, buckets };
}

/**
 * A scenario played from a seed. Same scenario, seed, run and weights: same world.
 *
 * @param run tells repetitions under one seed apart
 */
export function worldOf(scenario: Scenario, seed: number, run: number): World {
  const draw = chanceOf(seed * 1_000_003 + Number(scenario.id.slice(1)), run);
  const count = (requests: number, rate: number, slower: number): Counted => ({
    requests,
    bad: draw.binomial(requests, rate),
    buckets: spread(requests, slower, draw),
  });
  const lost = () => scenario.missing > 0 && draw.uniform() < scenario.missing;
  const before = Array.from({ length: ticksBefore }, (_, index) => {
    const requests = draw.poisson(scenario.traffic(index - ticksBefore) * tickSeconds);
    const rate = scenario.base(index - ticksBefore, draw);
    const toFirst = draw.binomial(requests, 0.5);
    return { first: count(toFirst, rate, 1), second: count(requests - toFirst, rate, 1) };
  });
  let tick = 0;
  /** Ticks the canary has had traffic for. */
  let age = 0;

  function next(weight: number) {
    const requests = draw.poisson(scenario.traffic(tick) * tickSeconds);
    const stableRate = scenario.base(tick, draw);
    const toCanary = draw.binomial(requests, weight);
    const canaryRate = scenario.canary(stableRate, age, weight);
    const slower = scenario.slower(age);
    if (weight > 0) age += 1;
    tick += 1;
    return { requests, toCanary, stableRate, canaryRate, slower };
  }

  return {
    before,
    play(weight) {
      const at = tick;
      const { requests, toCanary, stableRate, canaryRate, slower } = next(weight);
      const canary = count(toCanary, canaryRate, slower);
      const stable = count(requests - toCanary, stableRate, 1);
      const seen = { tick: at, weight, ...(!lost() && { canary }), ...(!lost() && { stable }) };
      const excess = scenario.harm === 'errors' ? canary.bad - toCanary * stableRate : slowOf(canary) - toCanary * slowShare(1);
      return { canary, stable, seen, stableRate, canaryRate, slower, excess };
    },
    skim(weight) {
      const { toCanary, stableRate, canaryRate, slower } = next(weight);
      if (scenario.harm === 'errors') return draw.binomial(toCanary, canaryRate) - toCanary * stableRate;
      return draw.binomial(toCanary, slowShare(slower)) - toCanary * slowShare(1);
    },
  };
}
