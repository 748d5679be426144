/**
 * The emulator's clock: real, scaled (AWS's durations pass faster than the wall), or virtual (time moves only when
 * everything that runs waits for it).
 *
 * Times are epoch milliseconds, whole numbers. Compute limits (Lambda time-out, ping, invocation) are wall time and
 * never come from here.
 */

/** A handle of something that will happen; `cancel` it at any time, twice does no harm. */
export interface Timer {
  cancel(): void;
}

/** Something that runs on its own, such as a Lambda invocation: the virtual clock stands still until it waits for the clock. */
export interface Activity {
  readonly label: string;
  /** True while the activity can only go on when the clock moves. */
  readonly isWaiting: () => boolean;
}

export interface Clock {
  readonly kind: 'real' | 'scaled' | 'virtual';
  /** Emulator milliseconds a wall millisecond: 1 for real, 60 for a 60x clock, Infinity for virtual. */
  readonly rate: number;
  /** Epoch milliseconds of emulator time, a whole number; reading never moves it. */
  now(): number;
  /** Calls `callback` once, `delayMs` emulator milliseconds from now (0 = next turn). */
  after(delayMs: number, label: string, callback: () => void): Timer;
  /** Resolves `delayMs` emulator milliseconds from now. */
  sleep(delayMs: number, label: string): Promise<void>;
  /** Enters an activity; the returned function leaves it. */
  enter(activity: Activity): () => void;
  /** Cancels every timer; nothing is called afterwards. */
  stop(): void;
}

/** Node's longest timer; a longer delay would fire at once. */
const longestHostDelayMs = 2 ** 31 - 1;

/**
 * Wall time, `rate` times as fast, starting at `startsAtMs`.
 *
 * @param rate emulator milliseconds a wall millisecond, > 0; 1 is the real clock
 * @param startsAtMs epoch milliseconds of the first moment; default the wall's
 */
export function scaledClock(
  rate: number,
  startsAtMs: number = Date.now(),
): Clock & { readonly startedAtWallMs: number; readonly startsAtMs: number } {
  if (!(rate > 0 && Number.isFinite(rate))) throw new RangeError(`Cannot scale the clock: rate is ${rate}, expected a number above 0`);
  const startedAtWallMs = performance.timeOrigin + performance.now();
  const handles = new Set<NodeJS.Timeout>();
  let stopped = false;
  const clock = {
    kind: rate === 1 ? ('real' as const) : ('scaled' as const),
    rate,
    startedAtWallMs,
    startsAtMs,
    now: () => Math.floor(startsAtMs + (performance.timeOrigin + performance.now() - startedAtWallMs) * rate),
    after(delayMs: number, label: string, callback: () => void): Timer {
      if (stopped) return { cancel() {} };
      const dueAtMs = clock.now() + Math.max(0, delayMs);
      let handle: NodeJS.Timeout;
      const arm = () => {
        const leftMs = Math.max(0, (dueAtMs - clock.now()) / rate);
        handle = setTimeout(
          () => {
            handles.delete(handle);
            if (stopped) return;
            if (dueAtMs - clock.now() > rate) return arm();
            callback();
          },
          Math.min(leftMs, longestHostDelayMs),
        );
        handles.add(handle);
      };
      arm();
      return {
        cancel() {
          clearTimeout(handle);
          handles.delete(handle);
        },
      };
    },
    sleep: (delayMs: number, label: string) => new Promise<void>((resolve) => clock.after(delayMs, label, resolve)),
    enter: () => () => {},
    stop() {
      stopped = true;
      for (const handle of handles) clearTimeout(handle);
      handles.clear();
    },
  };
  return clock;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly label: string;
  readonly callback: () => void;
  cancelled: boolean;
}

export interface VirtualClock extends Clock {
  readonly kind: 'virtual';
  /** Moves through everything that falls due until `predicate` holds or the clock reaches `deadlineMs`. Returns whether it held. */
  runUntil(predicate: () => boolean, deadlineMs: number): Promise<boolean>;
  /** Moves through everything that falls due in the next `durationMs`; the clock then stands exactly there. */
  advance(durationMs: number): Promise<void>;
  /** Resolves when nothing can happen before the clock moves. */
  settle(): Promise<void>;
}

/** How long, in wall milliseconds, something may run under the virtual clock without waiting for it, before we call it stuck. */
const stuckAfterWallMs = 20_000;

/** Time that moves only when every activity waits for it. Same calls, same order: ties fall due in the order they were asked for. */
export function virtualClock(startsAtMs: number): VirtualClock {
  let nowMs = startsAtMs;
  let order = 0;
  let stopped = false;
  const heap: Due[] = [];
  const activities = new Set<Activity>();

  const before = (a: Due, b: Due) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  function push(due: Due) {
    heap.push(due);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(heap[child]!, heap[parent]!)) break; // Both indexes are inside the heap.
      [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
      child = parent;
    }
  }
  function pop(): Due | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (heap.length > 0 && last) {
      heap[0] = last;
      let parent = 0;
      for (;;) {
        const left = 2 * parent + 1;
        const right = left + 1;
        let least = parent;
        if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
        if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
        if (least === parent) break;
        [heap[least], heap[parent]] = [heap[parent]!, heap[least]!];
        parent = least;
      }
    }
    return top;
  }
  function next(): Due | undefined {
    while (heap[0]?.cancelled) pop();
    return heap[0];
  }

  async function settle(): Promise<void> {
    let stuckSince: number | undefined;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const running = [...activities].filter((activity) => !activity.isWaiting());
      if (running.length === 0) return;
      stuckSince ??= performance.now();
      if (performance.now() - stuckSince > stuckAfterWallMs) {
        throw new Error(
          `The virtual clock cannot move: ${running.map((activity) => activity.label).join(', ')} waits for something that is not the clock`,
        );
      }
    }
  }

  const clock: VirtualClock = {
    kind: 'virtual',
    rate: Number.POSITIVE_INFINITY,
    now: () => nowMs,
    after(delayMs, label, callback) {
      const due: Due = { atMs: nowMs + Math.max(0, Math.ceil(delayMs)), order: order++, label, callback, cancelled: false };
      if (!stopped) push(due);
      return {
        cancel() {
          due.cancelled = true;
        },
      };
    },
    sleep: (delayMs, label) => new Promise<void>((resolve) => clock.after(delayMs, label, resolve)),
    enter(activity) {
      activities.add(activity);
      return () => activities.delete(activity);
    },
    async runUntil(predicate, deadlineMs) {
      for (;;) {
        await settle();
        if (predicate()) return true;
        const due = next();
        if (!due || due.atMs > deadlineMs || stopped) {
          nowMs = Math.max(nowMs, deadlineMs);
          return predicate();
        }
        pop();
        nowMs = due.atMs;
        due.callback();
      }
    },
    async advance(durationMs) {
      await clock.runUntil(() => false, nowMs + durationMs);
    },
    settle,
    stop() {
      stopped = true;
      heap.length = 0;
    },
  };
  return clock;
}
