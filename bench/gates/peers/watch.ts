import type { Underway } from '../policy.ts';
import { actuationTicks, type Counted, type Halves, sumOf, type Tick } from '../world.ts';

/** What looks at a canary while a fixed ramp goes on. */
export interface Watch {
  see(tick: Tick): void;
  /** Whether the canary has to go, asked at the end of every tick `now`. */
  failed(now: number): boolean;
}

/** Weights that follow one another after fixed times, whatever happens, until a watch says no. */
export interface FixedRamp {
  /** The last one ends the ramp. */
  readonly weights: readonly number[];
  readonly everyTicks: number;
  /** How long the last weight is watched once it is in force; unset: not at all. */
  readonly watchedAfterTicks?: number;
}

/** 10 %, 25 %, 50 %, 100 %, five minutes each but the last. */
export const usualRamp: FixedRamp = { weights: [0.1, 0.25, 0.5, 1], everyTicks: 30 };

/** Raises the weight as planned, and goes back at the first no. */
export function onFixedRamp({ weights, everyTicks, watchedAfterTicks }: FixedRamp, watch: Watch): Underway {
  const last = weights.length - 1;
  let step = 0;
  let ended = false;
  const endsAt = watchedAfterTicks === undefined ? last * everyTicks : last * everyTicks + actuationTicks + watchedAfterTicks;
  return {
    firstWeight: weights[0] ?? 0,
    get ended() {
      return ended;
    },
    see: (tick) => watch.see(tick),
    decide(now) {
      if (ended) return undefined;
      if (watch.failed(now)) {
        ended = true;
        return 0;
      }
      ended = now >= endsAt;
      if (step === last || now < (step + 1) * everyTicks) return undefined;
      step += 1;
      return weights[step];
    },
  };
}

/** Several watches as one: any of them may stop a ramp. */
export const anyOf = (watches: readonly Watch[]): Watch => ({
  see: (tick) => watches.forEach((watch) => watch.see(tick)),
  failed: (now) => watches.map((watch) => watch.failed(now)).some(Boolean),
});

/** The canary's counts over the newest `ticks` ticks that can be read. */
export function recentCanary(ticks: number) {
  const recent: (Counted | undefined)[] = [];
  return {
    see({ canary }: Tick) {
      recent.push(canary);
      if (recent.length > ticks) recent.shift();
    },
    total: (): Counted => sumOf(recent),
  };
}

/**
 * The error rate an operator would set as a limit, 0-1: 1 %, or 5 % where stable itself has one or two.
 *
 * @param before what is known of stable before the start
 */
export function usualLimit(before: readonly Halves[]): number {
  const { bad, requests } = sumOf(before.flatMap(({ first, second }) => [first, second]));
  return bad > 0.005 * requests ? 0.05 : 0.01;
}

/** Mean latency above which an operator would call a variant slow, ms: 1.5 times the usual. */
export const meanLimitMs = 170;
