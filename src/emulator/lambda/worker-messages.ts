import type { FunctionFailure, InvocationFacts } from './runtime/handler.ts';

/** What a worker is started with. */
export interface WorkerStart {
  /** Where the deployment package is unpacked. */
  readonly folder: string;
  /** Where compiled code is kept between workers. */
  readonly compileCacheFolder: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Emulator time and wall time of one moment, epoch milliseconds, and how fast the first runs. */
  readonly clock: { readonly emulatorMs: number; readonly wallMs: number; readonly rate: number };
}

export type ToWorker = { readonly type: 'invoke'; readonly facts: InvocationFacts; readonly timeoutMs: number };

export type FromWorker =
  /** The module is loaded. */
  | { readonly type: 'ready' }
  /** The module could not be loaded; the worker ends. */
  | { readonly type: 'init-failure'; readonly failure: FunctionFailure }
  | { readonly type: 'output'; readonly text: string }
  | { readonly type: 'answer'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'failure'; readonly requestId: string; readonly failure: FunctionFailure }
  /** An uncaught exception or unhandled rejection: the worker ends. */
  | { readonly type: 'crash'; readonly failure: FunctionFailure };
