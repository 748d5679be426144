import type { Resource } from './resource.ts';
import type { Template } from './template.ts';

/** A state machine's definition, parsed and found sound. Running executions keep the one they began with. */
export interface Definition {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  /** Unset where an execution may run for ever (a year, on AWS). */
  readonly timeoutSeconds: number | undefined;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  /** Unset where the delay grows without bound. */
  readonly maxDelaySeconds: number | undefined;
  readonly jitter: 'FULL' | 'NONE';
}

/** `Assign` and `Output`, wherever both may stand: of a state, a choice rule, a catcher. */
export interface Effects {
  readonly assign: Template | undefined;
  /** Unset where the default holds: the result, the input, or the error. */
  readonly output: Template | undefined;
}

export interface Catcher extends Effects {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

export interface ChoiceRule extends Effects {
  readonly condition: Template;
  readonly next: string;
}

interface Common extends Effects {
  readonly name: string;
  /** Unset where the execution ends after this state. */
  readonly next: string | undefined;
}

export interface TaskState extends Common {
  readonly type: 'Task';
  readonly resource: Resource;
  /** Unset where the state's input is what the task gets. */
  readonly arguments: Template | undefined;
  readonly timeoutSeconds: Template | undefined;
  readonly heartbeatSeconds: Template | undefined;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface ChoiceState extends Common {
  readonly type: 'Choice';
  readonly choices: readonly ChoiceRule[];
  readonly default: string | undefined;
}

export interface WaitState extends Common {
  readonly type: 'Wait';
  readonly until: { readonly kind: 'Seconds' | 'Timestamp'; readonly template: Template };
}

export interface FailState extends Common {
  readonly type: 'Fail';
  readonly error: Template | undefined;
  readonly cause: Template | undefined;
}

export interface PlainState extends Common {
  readonly type: 'Pass' | 'Succeed';
}

export type State = TaskState | ChoiceState | WaitState | FailState | PlainState;
