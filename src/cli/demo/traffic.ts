import { Worker } from 'node:worker_threads';
import type { Target } from '../target.ts';

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

/**
 * Sends rows through InvokeEndpoint, each a request of one CSV row, in turn, from a thread of its own.
 *
 * @param requestsPerSecond of wall time
 */
export function startTraffic(target: Target, endpointName: string, rows: readonly string[], requestsPerSecond: number): Traffic {
  let counts: TrafficCounts = { sent: 0, answered: 0, failed: 0 };
  const worker = new Worker(new URL('traffic-worker.ts', import.meta.url), { workerData: { target, endpointName, rows, requestsPerSecond } });
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
