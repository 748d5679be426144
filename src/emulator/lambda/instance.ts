import type { WireRequest } from '../wire/message.ts';
import type { FunctionVersion } from './function.ts';
import type { FunctionFailure, InvocationFacts } from './runtime/handler.ts';

export type { FunctionFailure, InvocationFacts } from './runtime/handler.ts';

/** How an invocation ended. After a fatal failure the instance is gone, as a sandbox is on AWS. */
export type Outcome = { readonly payload: string } | { readonly failure: FunctionFailure; readonly fatal: boolean };

/** One execution environment: module state lives as long as it, one invocation at a time. */
export interface Instance {
  invoke(facts: InvocationFacts): Promise<Outcome>;
  /** Ends it; what it was doing gets no answer. Twice does no harm. */
  close(): Promise<void>;
}

/** What an instance is started with. */
export interface InstanceStart {
  readonly version: FunctionVersion;
  /** All of the function's `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Told what the function writes to standard output and error, in order. */
  readonly onOutput: (text: string) => void;
}

/** Whether and where an invocation dies between two of its calls. */
export interface Crash {
  /**
   * Asked before each call is made, in the order in which they are.
   *
   * @param call counted from 1
   * @returns at which side of the call's effect the invocation dies; its answer reaches nobody. Undefined where it lives on
   */
  at(call: number, request: WireRequest): 'before' | 'after' | undefined;
  /** Told when a call was answered or failed: until then it is in flight, and takes effect whatever becomes of the invocation. */
  answered?(call: number): void;
  /** Told when it dies, with the path of the call. */
  happens(path: string): void;
}

/** Starts an execution environment: a worker over HTTP, or in-process under the virtual clock. */
export type StartInstance = (start: InstanceStart) => Instance;

/** Lambda's own words when a function is out of time. */
export const timedOut = (atMs: number, requestId: string, timeoutSeconds: number): FunctionFailure => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `${new Date(atMs).toISOString()} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
});

/** Lambda's own words when the process ended under an invocation. */
export const exited = (requestId: string, how: string): FunctionFailure => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: Runtime exited ${how}`,
});
