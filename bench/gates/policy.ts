import type { Halves, Tick } from './world.ts';

/** A way to bring a canary to all of the traffic, or back: what the benchmark compares. It never learns which scenario it is in. */
export interface Policy {
  /** As `--policy` takes it, and as the last line of JSON names it. */
  readonly name: string;
  /** A line for people: settings included. */
  readonly says: string;
  /**
   * Begins one rollout; nothing is carried from one to the next.
   *
   * @param before half an hour of stable alone, oldest tick first
   */
  start(before: readonly Halves[]): Underway;
}

/** One rollout under a policy. At the end of every tick `see` is called once, if a tick has become readable, then `decide`. */
export interface Underway {
  /** The canary's first weight, 0-1, in force from tick 3. */
  readonly firstWeight: number;
  /** Whether it will never ask for another weight: the rest is played without asking it. */
  readonly ended: boolean;
  /** Takes the tick that has just become readable: two ticks after its end, each once, in order. */
  see(tick: Tick): void;
  /**
   * @param now the tick that has just ended
   * @returns the weight to ask for, 0-1; 0 is a rollback, for good. Unset: nothing changes
   */
  decide(now: number): number | undefined;
}
