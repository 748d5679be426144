import { exitCodeOf } from '../../containers/training-end.ts';
import type { TrainingEnd, TrainingRun, TrainSpec, Workloads } from './workloads/workloads.ts';

export interface HostEnd {
  /** `algo-1`. */
  readonly host: string;
  readonly end: TrainingEnd;
  /** As a shell counts it. */
  readonly exitCode: number;
}

/** How all hosts of an attempt ended. */
export interface HostsEnd {
  /** In the order of the hosts. */
  readonly ends: readonly HostEnd[];
  /** The first that ended badly by itself; the others were stopped then. */
  readonly failed: HostEnd | undefined;
}

export interface HostsRun {
  readonly ended: Promise<HostsEnd>;
  /** SIGTERM to every host, SIGKILL 120 s of wall time later; resolves when all are gone. */
  stop(): Promise<void>;
}

/** Starts one container a host. A host that ends badly fails the job: the others are asked to end, as nobody would use what they make. */
export function startHosts(workloads: Workloads, specs: readonly TrainSpec[]): HostsRun {
  const runs: readonly TrainingRun[] = specs.map((spec) => workloads.train(spec));
  let stopping = false;
  let failed: HostEnd | undefined;
  async function stop(): Promise<void> {
    stopping = true;
    await Promise.all(runs.map((run) => run.stop()));
  }
  const ended = Promise.all(
    runs.map(async (run, index): Promise<HostEnd> => {
      const end = await run.ended;
      const exitCode = exitCodeOf({ exitCode: end.exitCode ?? null, signal: end.signal ?? null });
      const one = { host: specs[index]?.cluster.host ?? '', end, exitCode };
      if (!stopping && exitCode !== 0) {
        failed = one;
        void stop();
      }
      return one;
    }),
  );
  return { ended: ended.then((ends) => ({ ends, failed })), stop };
}
