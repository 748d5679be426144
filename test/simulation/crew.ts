import { type ChildProcess, fork } from 'node:child_process';
import type { Report } from './work.ts';

/**
 * Worlds make young garbage and run a dozen bundles that each hold the SDK once: a roomier nursery, and code that is
 * compiled before it is hot.
 */
const execArgv = ['--max-semi-space-size=32', '--always-sparkplug'];

/** A world that takes longer than this, wall milliseconds, is stuck. */
const stuckMs = 240_000;

/** What a crew says of a world that broke or hung: it rejects nothing. */
export interface Broke {
  readonly broke: string;
}

export interface Crew<Order, Told extends object> {
  /** Plays worlds, several at once; answers come as they are done. */
  play(order: Order): Promise<Told | Broke>;
  close(): void;
}

/**
 * Processes that play worlds.
 *
 * @param program what each of them runs: it takes orders by `work`
 */
export function crewOf<Order extends object, Told extends object>(workers: number, program: URL): Crew<Order, Told> {
  const idle: ChildProcess[] = [];
  const waiting: ((worker: ChildProcess) => void)[] = [];
  const all = new Set<ChildProcess>();

  function hire(): ChildProcess {
    const worker = fork(program, { execArgv });
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
    async play(order) {
      const worker = idle.pop() ?? (await new Promise<ChildProcess>((resolve) => waiting.push(resolve)));
      const report = await new Promise<Report<Told>>((resolve) => {
        const finish = (report: Report<Told>) => {
          clearTimeout(timer);
          worker.off('message', finish);
          worker.off('exit', died);
          resolve(report);
        };
        const died = (code: number | null) => finish({ broke: `its process ended with ${code}` });
        const timer = setTimeout(() => {
          worker.kill('SIGKILL');
          finish({ broke: `it did not end within ${stuckMs / 1000} s of wall time` });
        }, stuckMs);
        worker.on('message', finish);
        worker.on('exit', died);
        worker.send(order);
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
