import { Worker } from 'node:worker_threads';
import type { Clock } from '../../emulator/clock.ts';
import type { Target } from '../target.ts';
import type { LabelledRow } from './example.ts';
import type { examples } from './examples.ts';

/** Counts of a traffic generator so far. */
export interface TrafficCounts {
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
}

export interface Traffic {
  counts(): TrafficCounts;
  stop(): Promise<void>;
}

/** What the generator's thread is started with. */
export interface TrafficStart {
  readonly target: Target;
  /** Knows which answers are right; functions cannot be sent to a thread. */
  readonly example: keyof typeof examples;
  readonly endpointName: string;
  readonly rows: readonly LabelledRow[];
  /** Of wall time. */
  readonly requestsPerSecond: number;
  /** One moment on both clocks, epoch milliseconds, and how many emulator milliseconds a wall millisecond has. */
  readonly clock: { readonly emulatorMs: number; readonly wallMs: number; readonly rate: number };
}

/**
 * Sends rows through InvokeEndpoint, each a request of one CSV row, in turn, from a thread of its own. It knows what each
 * row really is, and publishes once a minute of emulator time how often each variant was right.
 */
export function startTraffic(options: Omit<TrafficStart, 'clock'>, clock: Clock): Traffic {
  let counts: TrafficCounts = { sent: 0, answered: 0, failed: 0 };
  const start: TrafficStart = {
    ...options,
    clock: { emulatorMs: clock.now(), wallMs: performance.timeOrigin + performance.now(), rate: clock.rate },
  };
  const worker = new Worker(new URL('traffic-worker.ts', import.meta.url), { workerData: start });
  const failed = new Promise<never>((_, reject) => worker.on('error', reject));
  // Whoever stops the traffic hears of a crash; until then it must not end the process.
  failed.catch(() => {});
  worker.on('message', (message: TrafficCounts) => (counts = message));
  return {
    counts: () => counts,
    async stop() {
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.postMessage('stop');
      await Promise.race([ended, failed]);
    },
  };
}
