import { invariants } from './invariants/registry.ts';
import type { SimulatedWorld } from './world.ts';

export interface Violation {
  readonly invariant: string;
  /** Epoch milliseconds of emulator time. */
  readonly atMs: number;
  readonly text: string;
  /** Names by which the story is found in the trace. */
  readonly about: readonly string[];
}

/** Holds a world to all invariants from now on. */
export interface Judge {
  /** Something was violated, or the embedded AWS itself has crashed: nothing that follows says more. */
  readonly isOver: () => boolean;
  /**
   * Lets time pass until nothing has been under way for a while, or it is over.
   *
   * @param isIdle whether no person is in the middle of something
   * @param quietMs how long it has to be quiet, emulator milliseconds: what is late or tried again comes within it
   * @param withinMs the longest it may take, emulator milliseconds
   */
  untilQuiet(rest: { readonly isIdle: () => boolean; readonly quietMs: number; readonly withinMs: number }): Promise<void>;
  /** Lets time pass until what rests has left its endpoints, or it is over; at the longest so many emulator milliseconds. */
  untilNothingRests(withinMs: number): Promise<void>;
  /** Asks what is to be asked when everything has ended. @returns what was violated first, if anything was */
  verdict(): Violation | undefined;
}

export function watchOver({ clock, emulator, keeper }: SimulatedWorld): Judge {
  const { truth } = keeper;
  const found: Violation[] = [];
  const watches = invariants.map((invariant) =>
    invariant.watch(truth, (text, about) => found.push({ invariant: invariant.name, atMs: clock.now(), text, about: [...new Set(about)] })),
  );
  keeper.listeners.push(...watches);
  const isOver = () => found.length > 0 || emulator.crashes.length > 0;
  return {
    isOver,
    async untilQuiet({ isIdle, quietMs, withinMs }) {
      const isQuiet = () => isIdle() && truth.running.size === 0 && emulator.services.states.openExecutions() === 0;
      const deadlineMs = clock.now() + withinMs;
      while (!isOver() && clock.now() < deadlineMs) {
        await clock.runUntil(() => isOver() || isQuiet(), deadlineMs);
        if (!isQuiet()) return;
        const sinceMs = clock.now();
        await clock.runUntil(() => isOver() || !isQuiet(), sinceMs + quietMs);
        if (isQuiet() && clock.now() >= sinceMs + quietMs) return;
      }
    },
    async untilNothingRests(withinMs) {
      const { sagemaker } = emulator.services;
      const hasLeft = () => truth.resting().length === 0 && sagemaker.endpoints().every(({ status }) => status === 'InService');
      await clock.runUntil(() => isOver() || hasLeft(), clock.now() + withinMs);
    },
    verdict() {
      if (!isOver()) for (const watch of watches) watch.atEnd?.();
      const [crash] = emulator.crashes;
      if (crash !== undefined && found.length === 0) {
        found.push({
          invariant: 'the-embedded-aws-does-not-crash',
          atMs: clock.now(),
          text: crash instanceof Error ? (crash.stack ?? crash.message) : JSON.stringify(crash),
          about: [],
        });
      }
      return found[0];
    },
  };
}
