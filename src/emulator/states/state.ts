import type { CreateStateMachineInput, Tag } from '@aws-sdk/client-sfn';
import { AwsError } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import { readArn } from './arns.ts';
import type { Execution, Revision } from './execution.ts';
import type { TaskTokens } from './tokens.ts';

/** A state machine as it stands; an update replaces its revision. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly createdAtMs: number;
  /** `DELETING` until its last execution has ended; then it is gone. */
  status: 'ACTIVE' | 'DELETING';
  revision: Revision;
  /** Unset until the first update. */
  revisionId: string | undefined;
  tracing: NonNullable<CreateStateMachineInput['tracingConfiguration']>;
  readonly tags: Map<string, string>;
}

/** Everything Step Functions knows. */
export interface StatesState {
  readonly kernel: Kernel;
  readonly machines: Map<string, StateMachine>;
  /** By ARN, oldest first. */
  readonly executions: Map<string, Execution>;
  readonly tokens: TaskTokens;
}

/** @throws AwsError `InvalidArn`, `StateMachineDoesNotExist` */
export function findMachine(arn: string, { machines }: StatesState): StateMachine {
  readArn(arn, 'stateMachine');
  const machine = machines.get(arn);
  if (machine === undefined) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  return machine;
}

/** @throws AwsError `InvalidArn`, `ExecutionDoesNotExist` */
export function findExecution(arn: string, { executions }: StatesState): Execution {
  readArn(arn, 'execution');
  const execution = executions.get(arn);
  if (execution === undefined) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  return execution;
}

export const tagsOf = (tags: readonly Tag[] | undefined): [string, string][] => (tags ?? []).map(({ key, value }) => [key ?? '', value ?? '']);

/** Removes machines being deleted whose last execution has ended. */
export function sweepDeleted({ machines, executions }: StatesState): void {
  for (const machine of machines.values()) {
    if (machine.status !== 'DELETING') continue;
    const runs = [...executions.values()].some(({ stateMachineArn, status }) => stateMachineArn === machine.arn && status === 'RUNNING');
    if (!runs) machines.delete(machine.arn);
  }
}
