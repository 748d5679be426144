import type { Clock, Timer } from '../../clock.ts';

type Callback = (...parameters: unknown[]) => void;

/** A timer as Node hands it out: an object that is also a number. */
class VirtualTimer {
  readonly id: number;
  readonly start: () => void;
  readonly stop: () => void;

  constructor(id: number, start: () => void, stop: () => void) {
    this.id = id;
    this.start = start;
    this.stop = stop;
  }

  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
  refresh(): this {
    this.stop();
    this.start();
    return this;
  }
  close(): this {
    this.stop();
    return this;
  }
  [Symbol.toPrimitive](): number {
    return this.id;
  }
  [Symbol.dispose](): void {
    this.stop();
  }
}

/** Timers of one environment, on the emulator's clock. */
export interface SandboxTimers {
  /** How many will still fire. */
  readonly pending: () => number;
  /** Cancels all. */
  readonly clear: () => void;
  readonly globals: {
    readonly setTimeout: (callback: Callback, delayMs?: number, ...parameters: unknown[]) => VirtualTimer;
    readonly setInterval: (callback: Callback, delayMs?: number, ...parameters: unknown[]) => VirtualTimer;
    readonly setImmediate: (callback: Callback, ...parameters: unknown[]) => VirtualTimer;
    readonly clearTimeout: (timer: unknown) => void;
    readonly clearInterval: (timer: unknown) => void;
    readonly clearImmediate: (timer: unknown) => void;
  };
  /** `timers/promises`. */
  readonly promises: Readonly<Record<string, unknown>>;
}

/**
 * @param run runs what falls due inside the environment: at once, when it is thawed, or never
 * @param onError told what a callback throws: an uncaught exception of the function's
 */
export function sandboxTimers(clock: Clock, label: string, run: (work: () => void) => void, onError: (error: unknown) => void): SandboxTimers {
  const live = new Map<number, VirtualTimer>();
  let lastId = 0;

  function make(callback: Callback, delay: number, parameters: unknown[], repeats: boolean): VirtualTimer {
    if (typeof callback !== 'function') {
      throw Object.assign(new TypeError('The "callback" argument must be of type function'), { code: 'ERR_INVALID_ARG_TYPE' });
    }
    let due: Timer | undefined;
    const fire = () => {
      if (!live.has(timer.id)) return;
      if (repeats) timer.start();
      else live.delete(timer.id);
      try {
        callback(...parameters);
      } catch (error) {
        onError(error);
      }
    };
    const timer = new VirtualTimer(
      ++lastId,
      () => {
        live.set(timer.id, timer);
        due = clock.after(delay, label, () => run(fire));
      },
      () => {
        due?.cancel();
        live.delete(timer.id);
      },
    );
    timer.start();
    return timer;
  }
  const clear = (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.stop();
    else if (typeof timer === 'number' || typeof timer === 'string') live.get(Number(timer))?.stop();
  };
  // As Node: below 1 ms, beyond 32 bits or not a number becomes 1 ms.
  const nodeDelay = (delayMs: unknown) => (Number(delayMs) >= 1 && Number(delayMs) <= 2 ** 31 - 1 ? Math.trunc(Number(delayMs)) : 1);
  const setTimeout = (callback: Callback, delayMs?: number, ...parameters: unknown[]) => make(callback, nodeDelay(delayMs), parameters, false);
  const setInterval = (callback: Callback, delayMs?: number, ...parameters: unknown[]) => make(callback, nodeDelay(delayMs), parameters, true);
  // An immediate waits its turn on the clock too, at the same moment: the host's own would run at a moment of the host's.
  const setImmediate = (callback: Callback, ...parameters: unknown[]) => make(callback, 0, parameters, false);
  const wait = (delayMs?: number, value?: unknown) => new Promise((resolve) => setTimeout(() => resolve(value), delayMs));
  const turn = (value?: unknown) => new Promise((resolve) => setImmediate(() => resolve(value)));
  return {
    pending: () => live.size,
    clear() {
      for (const timer of live.values()) timer.stop();
    },
    globals: { setTimeout, setInterval, setImmediate, clearTimeout: clear, clearInterval: clear, clearImmediate: clear },
    promises: {
      setTimeout: wait,
      setImmediate: turn,
      scheduler: { wait: (delayMs?: number) => wait(delayMs), yield: () => turn() },
      async *setInterval(delayMs?: number, value?: unknown) {
        for (;;) yield await wait(delayMs, value);
      },
    },
  };
}
