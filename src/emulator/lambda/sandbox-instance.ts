import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kernel } from '../kernel.ts';
import { type Crash, exited, type Instance, type InstanceStart, type Outcome, timedOut } from './instance.ts';
import { checkSignature, type FunctionFailure, failureOf, type Handler, handlerIn, parseHandler, runHandler } from './runtime/handler.ts';
import { ProcessExit, sandboxGlobals } from './sandbox/globals.ts';
import { sandboxHttp, type Transport } from './sandbox/http.ts';
import { moduleLoader } from './sandbox/script.ts';
import { Freezer } from './sandbox/thaw.ts';
import { sandboxTimers } from './sandbox/timers.ts';

/** Which environment a promise was rejected in. */
const environmentOf = new AsyncLocalStorage<{ readonly onRejection: (reason: unknown) => void }>();

/** One listener for all environments; a rejection that is none of theirs stays what it would be without us. */
const listener = (reason: unknown) => {
  const environment = environmentOf.getStore();
  if (environment) environment.onRejection(reason);
  else if (process.listenerCount('unhandledRejection') === 1) throw reason;
};
let listening = 0;

/** Where packages stand, as wrapped modules see it. */
const taskRoot = '/var/task';
const failed = (error: unknown) => failureOf(error, taskRoot);

/**
 * Starts execution environments in this process, under the virtual clock: the package's modules run wrapped, so that their
 * time, timers, chance and HTTP are the emulator's.
 *
 * The function's time-out is emulator time here: there is no wall to measure by, code takes no time at all, and what an
 * invocation waits for (an endpoint's latency, a sleep between retries) passes on the virtual clock.
 *
 * @param crashOf whether and how an invocation dies; asked once each
 */
export function sandboxInstances(
  kernel: Kernel,
  transport: Transport,
  crashOf: (functionName: string, requestId: string) => Crash | undefined = () => undefined,
): (start: InstanceStart) => Instance {
  return (start) => {
    const { functionName, settings } = start.version;
    const label = `lambda ${functionName}`;
    const environment: Record<string, string | undefined> = { ...start.environment };
    const freezer = new Freezer();
    let current:
      | { readonly requestId: string; readonly settle: (outcome: Outcome) => void; readonly crash: Crash | undefined; calls: number }
      | undefined;
    let over: ((requestId: string) => Outcome) | undefined;
    let handler: Handler | undefined;

    if (listening++ === 0) process.on('unhandledRejection', listener);
    const end = (outcome: (requestId: string) => Outcome) => {
      if (over) return;
      over = outcome;
      freezer.end();
      timers.clear();
      if (--listening === 0) process.off('unhandledRejection', listener);
      current?.settle(over(current.requestId));
    };
    const crash = (failure: FunctionFailure) => end(() => ({ failure, fatal: true }));
    const uncaught = (error: unknown) => {
      if (over || error instanceof ProcessExit) return;
      surroundings.console.error('Uncaught Exception', `\t${JSON.stringify(failed(error))}`);
      crash(failed(error));
    };
    const onRejection = (reason: unknown) => {
      if (over || reason instanceof ProcessExit) return;
      const failure = { ...failed(reason), errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(reason) };
      surroundings.console.error('Unhandled Promise Rejection', `\t${JSON.stringify(failure)}`);
      crash(failure);
    };
    // The clock calls back from outside the environment: what falls due goes back in first.
    const inside = (work: () => void) => freezer.run(() => environmentOf.run({ onRejection }, work));
    const timers = sandboxTimers(kernel.clock, label, inside, uncaught);
    /** The way out, at which an invocation that is to die does. */
    const orCrash: Transport = async (request) => {
      const invocation = current;
      const crash = invocation?.crash;
      if (!crash) return await transport(request);
      const call = ++invocation.calls;
      const effect = crash.at(call, request);
      if (effect === undefined) return await transport(request).finally(() => crash.answered?.(call));
      if (effect === 'after') await transport(request).catch(() => {});
      if (current === invocation && !over) {
        crash.happens(request.path);
        end((requestId) => ({ failure: exited(requestId, 'with error: signal: killed'), fatal: true }));
      }
      return await new Promise<never>(() => {});
    };
    const http = sandboxHttp(orCrash, freezer);
    const surroundings = sandboxGlobals({
      kernel,
      environment,
      timers,
      http: http.module,
      onOutput: (text) => {
        if (!over) start.onOutput(text);
      },
      onExit: (exitCode) =>
        end((requestId) => ({
          failure: exited(requestId, exitCode === 0 ? 'without providing a reason' : `with error: exit status ${exitCode}`),
          fatal: true,
        })),
      requestId: () => current?.requestId,
    });
    const load = moduleLoader(start.version.code, surroundings.globals, surroundings.builtin);

    function loadedHandler(): Handler {
      if (handler) return handler;
      const found = handlerIn(load(parseHandler(settings.handler).module), settings.handler);
      checkSignature(found, environment);
      return (handler = found);
    }

    return {
      invoke(facts) {
        if (over) return Promise.resolve(over(facts.requestId));
        return new Promise<Outcome>((resolve) => {
          const timeoutMs = settings.timeoutSeconds * 1000;
          const deadlineMs = kernel.clock.now() + timeoutMs;
          // What is under way at the emulator either answers in microtasks or waits for the clock itself.
          const leave = kernel.clock.enter({ label, isWaiting: () => http.inFlight() > 0 || timers.pending() > 0 });
          const limit = kernel.clock.after(timeoutMs, `${label} time-out`, () =>
            end((requestId) => ({ failure: timedOut(kernel.clock.now(), requestId, settings.timeoutSeconds), fatal: true })),
          );
          current = {
            requestId: facts.requestId,
            crash: crashOf(functionName, facts.requestId),
            calls: 0,
            settle(outcome) {
              current = undefined;
              limit.cancel();
              leave();
              freezer.freeze();
              resolve(outcome);
            },
          };
          environmentOf.run({ onRejection }, () => {
            freezer.thaw();
            if (over) return;
            let found: Handler;
            try {
              found = loadedHandler();
            } catch (error) {
              if (error instanceof ProcessExit) return;
              surroundings.console.error('Uncaught Exception', `\t${JSON.stringify(failed(error))}`);
              return crash(failed(error));
            }
            void runHandler(found, facts, {
              environment,
              taskRoot,
              remainingMs: () => Math.max(0, deadlineMs - kernel.clock.now()),
              logError: (...parameters) => {
                if (!over) surroundings.console.error(...parameters);
              },
            }).then((result) => {
              if (current?.requestId !== facts.requestId) return;
              current.settle('payload' in result ? result : { failure: result.failure, fatal: false });
            });
          });
        });
      },
      async close() {
        end((requestId) => ({ failure: exited(requestId, 'because the emulator stopped'), fatal: true }));
      },
    };
  };
}
