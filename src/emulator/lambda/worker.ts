/**
 * One Lambda execution environment on the real or scaled clock: the main file of a worker thread. It loads the handler as
 * Lambda's runtime does and serves one invocation at a time.
 *
 * `Date` tells emulator time, because a function lives in the emulator's time; timers, `performance` and the SDK's
 * time-outs are wall time, because they bound computing, which no clock speeds up.
 */
import { existsSync } from 'node:fs';
import { createRequire, enableCompileCache, flushCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import {
  checkSignature,
  dateAt,
  type FunctionFailure,
  failureOf,
  type Handler,
  handlerIn,
  parseHandler,
  prefixedConsole,
  RuntimeFailure,
  runHandler,
} from './runtime/handler.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

const start = workerData as WorkerStart;
// A worker always has a parent port; the type also describes the main thread.
const port = parentPort as MessagePort;
const tell = (message: FromWorker) => port.postMessage(message);

let requestId: string | undefined;
const wallNow = () => performance.timeOrigin + performance.now();
const now = () => Math.floor(start.clock.emulatorMs + (wallNow() - start.clock.wallMs) * start.clock.rate);
globalThis.Date = dateAt(now);

// Output goes with the answers, over one channel, so that a line written before an answer is seen before it.
const capture = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
  tell({ type: 'output', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8') });
  const callback = typeof encoding === 'function' ? encoding : done;
  if (typeof callback === 'function') queueMicrotask(callback as () => void);
  return true;
};
process.stdout.write = capture;
process.stderr.write = capture;
const lines = prefixedConsole(
  now,
  () => requestId,
  (_stream, text) => capture(text),
);
Object.assign(console, lines);

const failed = (error: unknown) => failureOf(error, start.folder);

/** Ends the environment after what only a new one can mend. */
function crash(failure: FunctionFailure, exitCode: number): void {
  tell({ type: 'crash', failure });
  process.exit(exitCode);
}
process.on('uncaughtException', (error) => {
  lines.error('Uncaught Exception', `\t${JSON.stringify(failed(error))}`);
  crash(failed(error), 129);
});
process.on('unhandledRejection', (reason) => {
  const failure = { ...failed(reason), errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(reason) };
  lines.error('Unhandled Promise Rejection', `\t${JSON.stringify(failure)}`);
  crash(failure, 128);
});

async function load(): Promise<Handler> {
  const { module } = parseHandler(start.handler);
  const file = ['', '.js', '.mjs', '.cjs'].map((extension) => path.join(start.folder, module + extension)).find((candidate) => existsSync(candidate));
  if (file === undefined) throw new RuntimeFailure('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  const require = createRequire(file);
  try {
    const exports: unknown = file.endsWith('.mjs') ? await import(pathToFileURL(file).href) : require(file);
    const handler = handlerIn(exports, start.handler);
    checkSignature(handler, process.env);
    return handler;
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeFailure('Runtime.UserCodeSyntaxError', String(error), error.stack);
    if (error instanceof Error && (error as { code?: unknown }).code === 'MODULE_NOT_FOUND') {
      throw new RuntimeFailure('Runtime.ImportModuleError', String(error), error.stack);
    }
    throw error;
  }
}

enableCompileCache(start.compileCacheFolder);
try {
  const handler = await load();
  let served = false;
  port.on('message', (message: ToWorker) => {
    requestId = message.facts.requestId;
    const deadline = wallNow() + message.timeoutMs;
    void runHandler(handler, message.facts, {
      environment: process.env,
      taskRoot: start.folder,
      remainingMs: () => Math.max(0, Math.round(deadline - wallNow())),
      logError: lines.error,
    }).then((result) => {
      // Once, after the first answer: the next environment of this function then loads compiled code.
      if (!served) setTimeout(flushCompileCache, 100).unref();
      served = true;
      const { requestId: id } = message.facts;
      requestId = undefined;
      tell('payload' in result ? { type: 'answer', requestId: id, ...result } : { type: 'failure', requestId: id, failure: result.failure });
    });
  });
  tell({ type: 'ready' });
} catch (error) {
  lines.error('Uncaught Exception', `\t${JSON.stringify(failed(error))}`);
  tell({ type: 'init-failure', failure: failed(error) });
  process.exit(1);
}
