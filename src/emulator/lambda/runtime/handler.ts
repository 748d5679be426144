import { format } from 'node:util';

/** What Lambda's Node runtime answers when a handler, or the loading of it, fails. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The stack, a frame a text. Absent for failures Lambda itself finds (time-out, exit). */
  readonly trace?: readonly string[];
}

/** A failure of the runtime, named as Lambda names it: `Runtime.ImportModuleError`. */
export class RuntimeFailure extends Error {
  constructor(name: string, message: string, stack?: string) {
    super(message);
    this.name = name;
    if (stack !== undefined) this.stack = stack;
  }
}

/** What one invocation tells the runtime. */
export interface InvocationFacts {
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly traceId: string;
  /** The payload, JSON text; empty when the caller sent none. */
  readonly payload: string;
  /** Decoded JSON text of the caller's client context; unset when it sent none. */
  readonly clientContext?: string;
}

/** A handler string taken apart: `functions/api.handler` is module `functions/api`, export `handler`. */
export function parseHandler(handler: string): { readonly module: string; readonly path: readonly string[] } {
  if (handler.includes('..')) {
    throw new RuntimeFailure(
      'Runtime.MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const slash = handler.lastIndexOf('/');
  const base = handler.slice(slash + 1);
  const dot = base.indexOf('.');
  if (dot < 1 || dot === base.length - 1) throw new RuntimeFailure('Runtime.MalformedHandlerName', 'Bad handler');
  return { module: handler.slice(0, slash + 1) + base.slice(0, dot), path: base.slice(dot + 1).split('.') };
}

export type Handler = (...parameters: unknown[]) => unknown;

/** Finds the handler among a module's exports, as Lambda's runtime does. */
export function handlerIn(exports: unknown, handler: string): Handler {
  const { path } = parseHandler(handler);
  const find = (root: unknown): unknown =>
    path.reduce<unknown>((at, key) => (at !== null && typeof at === 'object' ? (at as Record<string, unknown>)[key] : undefined), root);
  const found = find(exports) ?? find((exports as { default?: unknown } | undefined)?.default);
  if (found === undefined || found === null) {
    throw new RuntimeFailure('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') throw new RuntimeFailure('Runtime.HandlerNotFound', `${handler} is not a function`);
  return found as Handler;
}

/**
 * A stack as it reads on Lambda, a line each: the package stands under /var/task, and of the rest only Node's own frames
 * are there, none of the machine that emulates it.
 *
 * @param taskRoot where the package stands here
 */
function stackOf(error: Error, taskRoot: string): string[] {
  const lines = (error.stack ?? '').split('\n').map((line) => line.replaceAll(taskRoot, '/var/task'));
  return lines.filter((line) => !/^\s+at /.test(line) || /\/var\/task\/|node:/.test(line));
}

/** An error of the user's code, as the runtime reports it. @param taskRoot where the package stands here */
export function failureOf(error: unknown, taskRoot: string): FunctionFailure {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: stackOf(error, taskRoot) };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** The JSON the runtime logs beside `Invoke Error`. */
function logged(error: unknown, taskRoot: string): string {
  if (!(error instanceof Error)) return JSON.stringify(failureOf(error, taskRoot));
  try {
    const code = (error as { code?: unknown }).code;
    return JSON.stringify(Object.assign({ errorType: error.name, errorMessage: error.message, code }, error, { stack: stackOf(error, taskRoot) }));
  } catch {
    return JSON.stringify(failureOf(error, taskRoot));
  }
}

/** The context object of one invocation. */
function contextOf(facts: InvocationFacts, environment: Readonly<Record<string, string | undefined>>, remainingMs: () => number) {
  return {
    functionName: environment['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: environment['AWS_LAMBDA_FUNCTION_VERSION'],
    memoryLimitInMB: environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: environment['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: environment['AWS_LAMBDA_LOG_STREAM_NAME'],
    clientContext: facts.clientContext === undefined ? undefined : (JSON.parse(facts.clientContext) as unknown),
    identity: undefined,
    invokedFunctionArn: facts.invokedFunctionArn,
    awsRequestId: facts.requestId,
    xRayTraceId: facts.traceId,
    getRemainingTimeInMillis: remainingMs,
  };
}

/** Where one instance runs: its environment and its way of telling the time left. */
export interface RuntimeHost {
  readonly environment: Record<string, string | undefined>;
  /** Where the package stands on this machine. */
  readonly taskRoot: string;
  /** Milliseconds until the function's time-out, of the clock the time-out is measured by. */
  readonly remainingMs: () => number;
  /** Writes to standard error as the runtime's own console does. */
  readonly logError: (...parameters: unknown[]) => void;
}

/** Node 24's runtime no longer takes a third parameter; 20 and 22 do, and keep the older members of the context. */
const takesCallback = (environment: RuntimeHost['environment']) => /_nodejs2[02]\.x$/.test(environment['AWS_EXECUTION_ENV'] ?? '');

/**
 * Refuses a handler the runtime refuses when it loads it.
 *
 * @throws RuntimeFailure `Runtime.CallbackHandlerDeprecated` for `(event, context, callback)` from Node 24 on
 */
export function checkSignature(handler: Handler, environment: RuntimeHost['environment']): void {
  if (handler.length >= 3 && !takesCallback(environment)) {
    throw new RuntimeFailure(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  }
}

/**
 * Runs one invocation of a handler: `(event, context)` returning a value or a promise, and under Node 20 and 22 also
 * `(event, context, callback)`.
 *
 * @returns the answer as JSON text, or the failure
 */
export async function runHandler(
  handler: Handler,
  facts: InvocationFacts,
  host: RuntimeHost,
): Promise<{ readonly payload: string } | { readonly failure: FunctionFailure }> {
  host.environment['_X_AMZN_TRACE_ID'] = facts.traceId;
  try {
    const event = facts.payload === '' ? {} : (JSON.parse(facts.payload) as unknown);
    const context = contextOf(facts, host.environment, host.remainingMs);
    const value = takesCallback(host.environment) ? await withCallback(handler, event, context) : await handler(event, context);
    return { payload: serialised(value) };
  } catch (error) {
    host.logError('Invoke Error', `\t${logged(error, host.taskRoot)}`);
    return { failure: failureOf(error, host.taskRoot) };
  }
}

function withCallback(handler: Handler, event: unknown, context: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, value?: unknown) => (error === undefined || error === null ? resolve(value) : reject(error));
    const older = {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      succeed: (value: unknown) => callback(null, value),
      fail: (error: unknown) => callback(error ?? 'handled'),
      done: callback,
    };
    const returned = handler(event, older, callback);
    if (returned instanceof Promise || typeof (returned as { then?: unknown } | undefined)?.then === 'function') {
      (returned as Promise<unknown>).then(resolve, reject);
    } else if (handler.length < 3) {
      // Nothing was promised and no callback was taken: the runtime answers null once the event loop is empty.
      resolve(null);
    }
  });
}

function serialised(value: unknown): string {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch {
    throw new RuntimeFailure('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
}

const levels = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;

/** The console of the runtime: each line carries time, request id and level, and a message's own line breaks become carriage returns. */
export function prefixedConsole(
  now: () => number,
  requestId: () => string | undefined,
  write: (level: 'stdout' | 'stderr', text: string) => void,
): Record<(typeof levels)[number], (...parameters: unknown[]) => void> {
  const line =
    (level: (typeof levels)[number]) =>
    (...parameters: unknown[]) => {
      const name = level === 'log' ? 'INFO' : level.toUpperCase();
      const text = [new Date(now()).toISOString(), requestId() ?? 'undefined', name, format(...parameters)].join('\t');
      write(level === 'error' || level === 'warn' || level === 'trace' ? 'stderr' : 'stdout', `${text.replaceAll('\n', '\r')}\n`);
    };
  return Object.fromEntries(levels.map((level) => [level, line(level)])) as Record<(typeof levels)[number], (...parameters: unknown[]) => void>;
}

/**
 * A `Date` whose present is `now`; everything else is the host's, so `instanceof Date` holds for both.
 */
export function dateAt(now: () => number): DateConstructor {
  const emulated: DateConstructor = new Proxy(Date, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget === emulated ? target : newTarget) as object,
    apply: (target) => new target(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
  return emulated;
}
