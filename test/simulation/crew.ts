import { type ChildProcess, fork } from 'node:child_process';
import type { FaultRates } from '../../src/emulator/faults.ts';
import type { Told } from './tell.ts';
import type { Order, Report } from './worker.ts';

/**
 * Worlds make young garbage and run a dozen bundles that each hold the SDK once: a roomier nursery, and code that is
 * compiled before it is hot.
 */
const execArgv = ['--max-semi-space-size=32', '--always-sparkplug'];

/** A seed that takes longer than this, wall milliseconds, is stuck. */
const stuckMs = 240_000;

export interface Crew {
  /** Plays seeds, several at once; answers come as they are done. A seed that broke or hung rejects nothing: it says so. */
  play(seed: number): Promise<Told | { readonly broke: string }>;
  close(): void;
}

/** Processes that play seeds. */
export function crewOf(workers: number, packageFolder: string, rates?: FaultRates): Crew {
  const idle: ChildProcess[] = [];
  const waiting: ((worker: ChildProcess) => void)[] = [];
  const all = new Set<ChildProcess>();

  function hire(): ChildProcess {
    const worker = fork(new URL('worker.ts', import.meta.url), { execArgv });
    all.add(worker);
    return worker;
  }
  function release(worker: ChildProcess): void {
    const next = waiting.shift();
    if (next) next(worker);
    else idle.push(worker);
  }
  for (let count = 0; count < workers; count++) idle.push(hire());

  return {
    async play(seed) {
      const worker = idle.pop() ?? (await new Promise<ChildProcess>((resolve) => waiting.push(resolve)));
      const report = await new Promise<Report>((resolve) => {
        const finish = (report: Report) => {
          clearTimeout(timer);
          worker.off('message', finish);
          worker.off('exit', died);
          resolve(report);
        };
        const died = (code: number | null) => finish({ seed, broke: `its process ended with ${code}` });
        const timer = setTimeout(() => {
          worker.kill('SIGKILL');
          finish({ seed, broke: `it did not end within ${stuckMs / 1000} s of wall time` });
        }, stuckMs);
        worker.on('message', finish);
        worker.on('exit', died);
        worker.send({ seed, packageFolder, ...(rates && { rates }) } satisfies Order);
      });
      if ('told' in report) {
        release(worker);
        return report.told;
      }
      // What a world left behind when it broke is nobody's ground to stand on.
      worker.kill('SIGKILL');
      all.delete(worker);
      release(hire());
      return { broke: report.broke };
    },
    close() {
      for (const worker of all) worker.kill();
    },
  };
}
