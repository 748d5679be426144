import type { ExecutionStatus, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Kernel } from '../kernel.ts';
import type { Definition } from './definition.ts';
import { type Details, History, whole } from './history.ts';
import { instantText, type Json, type JsonObject } from './json.ts';

export type ExecutionState = Extract<ExecutionStatus, 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'>;

/** An execution as others may read it. */
export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly status: ExecutionState;
  /** JSON text. */
  readonly input: string;
  readonly startedAtMs: number;
  /** Unset while it runs. */
  readonly stoppedAtMs: number | undefined;
  /** JSON text, only of a SUCCEEDED execution. */
  readonly output: string | undefined;
  /** Only of a FAILED or ABORTED one, and only if given. */
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/** What an execution keeps of its machine from its start to its end, whatever becomes of the machine. */
export interface Revision {
  readonly definition: Definition;
  readonly definitionText: string;
  readonly roleArn: string;
  readonly updatedAtMs: number;
}

/** How an execution ended. */
export interface Ending {
  readonly status: Exclude<ExecutionState, 'RUNNING'>;
  readonly output?: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** Thrown through an execution that has been ended from outside: nothing of it goes on. */
export class ExecutionEnded extends Error {
  override name = 'ExecutionEnded';
}

const redrivable: readonly ExecutionState[] = ['FAILED', 'TIMED_OUT', 'ABORTED'];

/** One run of a machine. */
export class Execution implements ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly input: string;
  readonly startedAtMs: number;
  readonly revision: Revision;
  readonly history: History;
  readonly variables: Record<string, Json> = {};
  status: ExecutionState = 'RUNNING';
  stoppedAtMs: number | undefined;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  /** Its machine has been deleted: AWS ends such an execution at its next transition. */
  machineDeleted = false;
  readonly #kernel: Kernel;
  readonly #waits = new Set<() => void>();

  constructor(
    kernel: Kernel,
    start: { arn: string; name: string; stateMachineArn: string; stateMachineName: string; input: string; revision: Revision },
  ) {
    this.#kernel = kernel;
    this.arn = start.arn;
    this.name = start.name;
    this.stateMachineArn = start.stateMachineArn;
    this.stateMachineName = start.stateMachineName;
    this.input = start.input;
    this.revision = start.revision;
    this.startedAtMs = kernel.clock.now();
    this.history = new History(kernel, start.arn);
  }

  /**
   * Waits for something, or for the execution's end, whichever comes first.
   *
   * @param start begins the waiting and returns how to give it up, which happens once, however the wait ends
   * @throws ExecutionEnded
   */
  waitFor<T>(start: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.status !== 'RUNNING') return reject(new ExecutionEnded());
      let settled = false;
      let release = () => {};
      const settle = (act: () => void) => {
        if (settled) return;
        settled = true;
        this.#waits.delete(end);
        release();
        act();
      };
      const end = () => settle(() => reject(new ExecutionEnded()));
      this.#waits.add(end);
      release = start(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
      );
      // It may have settled before it could be told how to let go.
      if (settled) release();
    });
  }

  sleep(delayMs: number, label: string): Promise<void> {
    return this.waitFor((resolve) => {
      const timer = this.#kernel.clock.after(delayMs, label, () => resolve(undefined));
      return () => timer.cancel();
    });
  }

  /**
   * Writes an event of a running execution.
   *
   * @param previousEventId what caused it; default the event before
   * @throws ExecutionEnded when it has been ended meanwhile: nothing follows an execution's last event
   */
  record(type: HistoryEventType, details: Details = {}, previousEventId: number = this.history.lastId): number {
    if (this.status !== 'RUNNING') throw new ExecutionEnded();
    return this.history.add(type, previousEventId, details);
  }

  /** Ends it: writes its last event, gives up what still waits, tells the bus. An execution ends once. */
  end({ status, output, error, cause }: Ending): void {
    if (this.status !== 'RUNNING') return;
    const { lastId } = this.history;
    const failure = { ...(error ? { error } : {}), ...(cause === undefined ? {} : { cause }) };
    if (status === 'SUCCEEDED') {
      this.history.add('ExecutionSucceeded', lastId, { executionSucceededEventDetails: { output, outputDetails: whole } });
    } else if (status === 'FAILED') this.history.add('ExecutionFailed', lastId, { executionFailedEventDetails: failure });
    else if (status === 'ABORTED') this.history.add('ExecutionAborted', 0, { executionAbortedEventDetails: failure });
    else this.history.add('ExecutionTimedOut', 0, { executionTimedOutEventDetails: { error: 'States.Timeout' } });
    this.status = status;
    this.output = output;
    this.error = error === '' ? undefined : error;
    this.cause = cause;
    this.stoppedAtMs = this.#kernel.clock.now();
    for (const giveUp of this.#waits) giveUp();
    this.publish();
  }

  get redriveStatus(): { status: 'REDRIVABLE' | 'NOT_REDRIVABLE'; reason: string | undefined } {
    if (redrivable.includes(this.status)) return { status: 'REDRIVABLE', reason: undefined };
    return { status: 'NOT_REDRIVABLE', reason: `Execution is ${this.status} and cannot be redriven` };
  }

  /** Tells the bus where the execution stands. */
  publish(): void {
    const { status, reason } = this.redriveStatus;
    this.#kernel.cloud.publish({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [this.arn],
      detail: {
        executionArn: this.arn,
        stateMachineArn: this.stateMachineArn,
        name: this.name,
        status: this.status,
        startDate: this.startedAtMs,
        stopDate: this.stoppedAtMs ?? null,
        ...withinEvent(this.input, this.output),
        error: this.error ?? null,
        cause: this.cause ?? null,
        stateMachineVersionArn: null,
        stateMachineAliasArn: null,
        redriveCount: 0,
        redriveDate: null,
        redriveStatus: status,
        redriveStatusReason: reason ?? null,
      },
    });
  }

  /** `$states.context`, its keys in AWS's order. */
  context(state: { name: string; enteredAtMs: number; retryCount?: number }, token?: string): JsonObject {
    return {
      Execution: {
        Id: this.arn,
        Input: JSON.parse(this.input) as Json, // Checked to be JSON when the execution was started.
        StartTime: instantText(this.startedAtMs),
        Name: this.name,
        RoleArn: this.revision.roleArn,
        RedriveCount: 0,
      },
      StateMachine: { Id: this.stateMachineArn, Name: this.stateMachineName },
      State: {
        Name: state.name,
        EnteredTime: instantText(state.enteredAtMs),
        ...(state.retryCount === undefined ? {} : { RetryCount: state.retryCount }),
      },
      ...(token === undefined ? {} : { Task: { Token: token } }),
    };
  }
}

/** Above this many bytes together, input and output are left out of status-change events: AWS documents 248 KiB. */
const eventPayloadLimitBytes = 248 * 1_024;

function withinEvent(input: string, output: string | undefined): Record<string, unknown> {
  const included = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= eventPayloadLimitBytes;
  return {
    input: included ? input : null,
    output: included ? (output ?? null) : null,
    inputDetails: { included },
    outputDetails: output === undefined ? null : { included },
  };
}
