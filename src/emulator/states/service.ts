import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { createStateMachine } from './create-state-machine.ts';
import { deleteStateMachine } from './delete-state-machine.ts';
import { describeExecution } from './describe-execution.ts';
import { describeStateMachine } from './describe-state-machine.ts';
import { describeStateMachineForExecution } from './describe-state-machine-for-execution.ts';
import type { ExecutionRecord } from './execution.ts';
import { getExecutionHistory } from './get-execution-history.ts';
import { listExecutions } from './list-executions.ts';
import { listStateMachines } from './list-state-machines.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { sendTaskFailure } from './send-task-failure.ts';
import { sendTaskHeartbeat } from './send-task-heartbeat.ts';
import { sendTaskSuccess } from './send-task-success.ts';
import { startExecution } from './start-execution.ts';
import type { StatesState } from './state.ts';
import { stopExecution } from './stop-execution.ts';
import { tagResource } from './tag-resource.ts';
import { type OpenToken, TaskTokens } from './tokens.ts';
import { untagResource } from './untag-resource.ts';
import { updateStateMachine } from './update-state-machine.ts';
import { validateStateMachineDefinition } from './validate-state-machine-definition.ts';

export type { ExecutionRecord, OpenToken };

/** Step Functions, and what tests and invariants ask of it beside its API. */
export interface StatesService {
  readonly service: Service;
  /** Every execution there has been, oldest first, as it stands. */
  executions(): readonly ExecutionRecord[];
  /** How many run. */
  openExecutions(): number;
  /** Tokens somebody waits for, oldest first. */
  openTokens(): readonly OpenToken[];
}

/** Standard workflows in Amazon States Language with JSONata. */
export function createStatesService(kernel: Kernel): StatesService {
  const state: StatesState = { kernel, machines: new Map(), executions: new Map(), tokens: new TaskTokens(kernel) };
  const service = bindService('sfn', state, [
    createStateMachine,
    updateStateMachine,
    deleteStateMachine,
    describeStateMachine,
    describeStateMachineForExecution,
    listStateMachines,
    startExecution,
    stopExecution,
    describeExecution,
    listExecutions,
    getExecutionHistory,
    sendTaskSuccess,
    sendTaskFailure,
    sendTaskHeartbeat,
    validateStateMachineDefinition,
    tagResource,
    untagResource,
    listTagsForResource,
  ]);
  return {
    service,
    executions: () => [...state.executions.values()],
    openExecutions: () => [...state.executions.values()].filter(({ status }) => status === 'RUNNING').length,
    openTokens: () => state.tokens.open,
  };
}
