/** Wall time, as an argument: tests hand in one that runs faster. */
export interface Wall {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `run` once, `ms` from now, unless it is cancelled before; cancelling twice does no harm. */
  after(ms: number, run: () => void): { cancel(): void };
}

/** Node's longest timer; a longer one would fire at once. */
const longestMs = 2 ** 31 - 1;

export const wall: Wall = {
  now: () => Date.now(),
  after(ms, run) {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      timer = setTimeout(() => (leftMs > longestMs ? arm(leftMs - longestMs) : run()), Math.min(leftMs, longestMs));
    };
    arm(ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves `ms` from now, or as soon as `signal` aborts. */
export const pause = (time: Wall, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = time.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
