import { AwsError } from '../aws-error.ts';
import type { Identities } from '../iam/identities.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Functions, FunctionVersion, LambdaFunction } from './function.ts';
import type { FunctionFailure, InvocationFacts, Outcome } from './instance.ts';
import { type AppendLog, type InvocationLog, invocationLog } from './log.ts';
import type { Pool } from './pool.ts';

/** Invocations the account may run at once, over all functions. */
const accountConcurrency = 1000;
/** Longest answer of a function, bytes. */
const answerLimit = 6_291_556;

export interface Invoked {
  /** The answer's JSON text, of a failure too. */
  readonly payload: string;
  readonly failure?: FunctionFailure;
  /** Base 64 of the last 4 KB of the log. */
  readonly logTail: string;
}

export interface Invoker {
  /**
   * Runs one invocation to its end.
   *
   * @throws AwsError `TooManyRequestsException` when no concurrency is left; nothing has run then
   */
  invoke(fn: LambdaFunction, version: FunctionVersion, facts: InvocationFacts): Promise<Invoked>;
}

const throttled = (reason: string) =>
  new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, fields: { Reason: reason, Type: 'User' } });

/** JSON text as a value for the trace; text that is no JSON stays text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export function createInvoker(
  kernel: Kernel,
  functions: Functions,
  pool: Pool,
  identities: Pick<Identities, 'authorise'>,
  appendLog: AppendLog,
): Invoker {
  function takeConcurrency(fn: LambdaFunction): void {
    if (fn.reservedConcurrency !== undefined) {
      if (fn.running >= fn.reservedConcurrency) throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    } else {
      const all = [...functions.values()];
      const reserved = all.reduce((sum, one) => sum + (one.reservedConcurrency ?? 0), 0);
      const running = all.reduce((sum, one) => sum + (one.reservedConcurrency === undefined ? one.running : 0), 0);
      if (running >= accountConcurrency - reserved) throw throttled('ConcurrentInvocationLimitExceeded');
    }
    fn.running++;
  }

  /** Lambda writes a function's log as the function's role; without the permission the log stays empty, and nobody is told. */
  function mayLog({ settings }: FunctionVersion, logStream: string): boolean {
    const group = arnOf(kernel, 'logs', `log-group:${settings.logGroup}`);
    try {
      const role = kernel.cloud.assume(settings.roleArn);
      identities.authorise({ action: 'logs:CreateLogStream', resource: `${group}:log-stream:${logStream}` }, role);
      identities.authorise({ action: 'logs:PutLogEvents', resource: `${group}:log-stream:${logStream}` }, role);
      return true;
    } catch (error) {
      kernel.trace.write('log', { logGroup: settings.logGroup, logStream, refused: String(error) });
      return false;
    }
  }
  const allowedStreams = new Map<string, boolean>();

  function report(log: InvocationLog, version: FunctionVersion, requestId: string, startedAtMs: number): void {
    const ms = kernel.clock.now() - startedAtMs;
    log.platform(`END RequestId: ${requestId}`);
    log.platform(
      `REPORT RequestId: ${requestId}\tDuration: ${ms.toFixed(2)} ms\tBilled Duration: ${Math.max(1, Math.ceil(ms))} ms\tMemory Size: ${version.settings.memoryMb} MB`,
    );
  }

  return {
    async invoke(fn, version, facts) {
      takeConcurrency(fn);
      const startedAtMs = kernel.clock.now();
      const place: { log?: InvocationLog } = {};
      let outcome: Outcome;
      try {
        outcome = await pool.run(version, facts, ({ logStream, cold }) => {
          kernel.trace.write('lambda', {
            phase: 'start',
            function: fn.name,
            version: version.version,
            requestId: facts.requestId,
            environment: logStream,
            cold,
            input: parsed(facts.payload),
          });
          const may = allowedStreams.get(logStream) ?? mayLog(version, logStream);
          allowedStreams.set(logStream, may);
          const opened = invocationLog(kernel, appendLog, version, logStream, may);
          opened.platform(`START RequestId: ${facts.requestId} Version: ${version.version}`);
          place.log = opened;
          return (text) => opened.write(text);
        });
      } finally {
        fn.running--;
      }
      let failure: FunctionFailure | undefined = 'failure' in outcome ? outcome.failure : undefined;
      if ('payload' in outcome && Buffer.byteLength(outcome.payload) > answerLimit) {
        failure = {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size (${Buffer.byteLength(outcome.payload)} bytes) exceeded maximum allowed payload size (${answerLimit} bytes).`,
        };
      }
      // The pool placed the invocation before it ended, so there is a log.
      const written = place.log;
      written?.flush();
      if (failure?.errorType === 'Sandbox.Timedout') written?.platform(failure.errorMessage);
      if (written) report(written, version, facts.requestId, startedAtMs);
      const payload = failure === undefined && 'payload' in outcome ? outcome.payload : JSON.stringify(failure);
      kernel.trace.write('lambda', {
        phase: 'end',
        function: fn.name,
        requestId: facts.requestId,
        ...(failure === undefined ? { output: parsed(payload) } : { error: failure }),
      });
      return { payload, logTail: written?.tail() ?? '', ...(failure !== undefined && { failure }) };
    },
  };
}
