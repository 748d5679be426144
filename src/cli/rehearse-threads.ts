import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { playRuns, type Rehearsal } from '../rehearsal/rehearse.ts';
import type { Run } from '../rehearsal/run.ts';
import type { ScenarioSource } from '../rehearsal/scenario.ts';
import type { DeliverySource } from '../rollout/spec.ts';
import type { Part } from './rehearse-worker.ts';

/** Fewer runs than this are not worth a thread's start. */
const fewestAThread = 50;
const mostThreads = 8;

const usualThreads = (runs: number): number => Math.min(mostThreads, availableParallelism(), Math.floor(runs / fewestAThread));

/** Plays runs 0 to `runs - 1` of a rehearsal on all cores, in order: the threads change nothing but the time it takes. */
export async function playInThreads(
  rehearsal: Rehearsal,
  sources: { readonly delivery: DeliverySource; readonly scenario: ScenarioSource },
  runs: number,
  threads: number = usualThreads(runs),
): Promise<Run[]> {
  if (threads < 2) return playRuns(rehearsal, 0, runs);
  const each = Math.ceil(runs / threads);
  const { seed, periodSeconds } = rehearsal;
  const workers: Worker[] = [];
  try {
    const parts = await Promise.all(
      Array.from({ length: threads }, (_, thread) => {
        const first = thread * each;
        const workerData: Part = { ...sources, seed, periodSeconds, first, count: Math.max(0, Math.min(each, runs - first)) };
        const worker = new Worker(new URL('rehearse-worker.ts', import.meta.url), { workerData });
        workers.push(worker);
        return new Promise<Run[]>((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
          worker.once('exit', (code) => reject(new Error(`A thread of the rehearsal ended with code ${code} before its runs did`)));
        });
      }),
    );
    return parts.flat();
  } finally {
    for (const worker of workers) void worker.terminate();
  }
}
