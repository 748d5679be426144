import type { Random } from '../random.ts';
import type { Retrier } from './definition.ts';
import { matches, type StateError } from './state-error.ts';

/** How often a state has been retried, in all and by each retrier: each has its own budget. */
export class Retries {
  readonly #retriers: readonly Retrier[];
  readonly #random: Random;
  readonly #used = new Map<Retrier, number>();
  #count = 0;

  constructor(retriers: readonly Retrier[], random: Random) {
    this.#retriers = retriers;
    this.#random = random;
  }

  /** Retries so far: `$states.context.State.RetryCount`. */
  get count(): number {
    return this.#count;
  }

  /**
   * Milliseconds to wait before the next attempt, which is then counted; undefined where there is none. The first
   * retrier that takes the error decides alone, also when its attempts are used up.
   */
  delayAfter(error: StateError): number | undefined {
    const retrier = this.#retriers.find(({ errorEquals }) => matches(errorEquals, error));
    if (retrier === undefined) return undefined;
    const used = this.#used.get(retrier) ?? 0;
    if (used >= retrier.maxAttempts) return undefined;
    this.#used.set(retrier, used + 1);
    this.#count++;
    const grown = retrier.intervalSeconds * retrier.backoffRate ** used;
    const seconds = Math.min(grown, retrier.maxDelaySeconds ?? grown);
    return Math.round((retrier.jitter === 'FULL' ? this.#random.between('states/retry-jitter-seconds', 0, seconds) : seconds) * 1_000);
  }
}
