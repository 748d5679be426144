import { Worker } from 'node:worker_threads';
import type { Job } from './job.ts';
import type { Outcome } from './play.ts';

/**
 * Plays jobs on several threads. What comes of a job does not depend on who plays it, nor when.
 *
 * @param workers threads, at least one
 * @param played told after each job how many are done
 * @returns outcomes in the order of the jobs
 * @throws what a worker throws; the others are stopped
 */
export async function playAll(jobs: readonly Job[], workers: number, played: (done: number) => void): Promise<Outcome[][]> {
  const outcomes: Outcome[][] = [];
  let next = 0;
  let done = 0;
  const crew = Array.from({ length: Math.min(workers, jobs.length) }, () => new Worker(new URL('./worker.ts', import.meta.url)));
  const work = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      let current = -1;
      const take = () => {
        if (next >= jobs.length) return resolve();
        current = next;
        next += 1;
        worker.postMessage(jobs[current]);
      };
      worker.on('message', (result: Outcome[]) => {
        outcomes[current] = result;
        done += 1;
        played(done);
        take();
      });
      worker.once('error', reject);
      take();
    });
  try {
    await Promise.all(crew.map(work));
  } finally {
    await Promise.all(crew.map((worker) => worker.terminate()));
  }
  return outcomes;
}
