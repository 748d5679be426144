import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Kernel } from '../kernel.ts';
import { unpackedAt } from './code.ts';
import { exited, type Instance, type InstanceStart, type InvocationFacts, type Outcome, timedOut } from './instance.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';
import { workerProgram } from './worker-program.ts';

/**
 * How long, in wall milliseconds, loading a module may take. Lambda gives 10 s; a laptop that runs everything else as well
 * gets a minute, because failing here would be the laptop's fault, not the function's.
 */
const initLimitMs = 60_000;

/**
 * Starts execution environments as worker threads that reach the emulator over HTTP.
 *
 * The function's time-out is wall time: it bounds computing, which a scaled clock does not speed up.
 */
export function workerInstances(kernel: Kernel): (start: InstanceStart) => Instance {
  const folder = path.join(kernel.dataFolder, 'lambda');
  let program: string | undefined;
  return (start) => {
    const { settings, code } = start.version;
    const taskRoot = unpackedAt(folder, code);
    // On this machine the package stands elsewhere than under /var/task.
    const environment = { ...start.environment, LAMBDA_TASK_ROOT: taskRoot };
    const data: WorkerStart = {
      folder: taskRoot,
      compileCacheFolder: path.join(folder, 'compile-cache'),
      handler: settings.handler,
      environment,
      clock: { emulatorMs: kernel.clock.now(), wallMs: performance.timeOrigin + performance.now(), rate: kernel.clock.rate },
    };
    const worker = new Worker((program ??= workerProgram(path.join(folder, 'runtime'))), {
      workerData: data,
      env: environment,
      // The parent's own flags (a test runner's loaders) are none of the function's.
      execArgv: ['--no-warnings'],
      argv: [],
      // Nothing should come here, the worker hands its output over itself; what does is not the emulator's to print.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: settings.memoryMb },
    });

    let current: { facts: InvocationFacts; settle: (outcome: Outcome) => void; timer: NodeJS.Timeout } | undefined;
    let ready = false;
    /** Set once nothing can be served any more. */
    let over: ((requestId: string) => Outcome) | undefined;
    const settle = (outcome: Outcome) => {
      if (!current) return;
      clearTimeout(current.timer);
      const { settle: resolve } = current;
      current = undefined;
      resolve(outcome);
    };
    const end = (outcome: (requestId: string) => Outcome) => {
      over ??= outcome;
      if (current) settle(over(current.facts.requestId));
    };
    const serve = () => {
      if (!current || !ready) return;
      const { facts } = current;
      clearTimeout(current.timer);
      const timeoutMs = settings.timeoutSeconds * 1000;
      current.timer = setTimeout(outOfTime, timeoutMs);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage({ type: 'invoke', facts, timeoutMs } satisfies ToWorker);
    };
    const outOfTime = () => {
      end((requestId) => ({ failure: timedOut(kernel.clock.now(), requestId, settings.timeoutSeconds), fatal: true }));
      void worker.terminate();
    };
    worker.on('message', (message: FromWorker) => {
      switch (message.type) {
        case 'ready':
          ready = true;
          return serve();
        case 'output':
          return start.onOutput(message.text);
        case 'answer':
          return current?.facts.requestId === message.requestId ? settle({ payload: message.payload }) : undefined;
        case 'failure':
          return current?.facts.requestId === message.requestId ? settle({ failure: message.failure, fatal: false }) : undefined;
        case 'init-failure':
        case 'crash':
          return end(() => ({ failure: message.failure, fatal: true }));
        default:
          message satisfies never;
      }
    });
    worker.on('error', (error: Error) => {
      const killed = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
      end((requestId) => ({ failure: exited(requestId, killed ? 'with error: signal: killed' : `with error: ${error.message}`), fatal: true }));
    });
    const gone = new Promise<void>((resolve) => {
      worker.on('exit', (code) => {
        end((requestId) => ({
          failure: exited(requestId, code === 0 ? 'without providing a reason' : `with error: exit status ${code}`),
          fatal: true,
        }));
        resolve();
      });
    });

    return {
      invoke: (facts) =>
        new Promise((resolve) => {
          if (over) return resolve(over(facts.requestId));
          current = { facts, settle: resolve, timer: setTimeout(outOfTime, initLimitMs) };
          serve();
        }),
      async close() {
        end((requestId) => ({ failure: exited(requestId, 'because the emulator stopped'), fatal: true }));
        await worker.terminate();
        await gone;
      },
    };
  };
}
