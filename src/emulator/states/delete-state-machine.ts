import type { DeleteStateMachineCommandInput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { readArn } from './arns.ts';
import { type StatesState, sweepDeleted } from './state.ts';

/** Answers the same whether the machine was there or not. Running executions end at their next transition. */
export const deleteStateMachine = defineOperation<StatesState, DeleteStateMachineCommandInput, Record<string, never>>({
  name: 'DeleteStateMachine',
  access: ({ stateMachineArn }) => [{ action: 'states:DeleteStateMachine', resource: stateMachineArn ?? '' }],
  limits: { stateMachineArn: { min: 1, max: 256 } },
  run({ stateMachineArn = '' }, state) {
    readArn(stateMachineArn, 'stateMachine');
    const machine = state.machines.get(stateMachineArn);
    if (machine === undefined) return {};
    machine.status = 'DELETING';
    for (const execution of state.executions.values()) if (execution.stateMachineArn === stateMachineArn) execution.machineDeleted = true;
    sweepDeleted(state);
    return {};
  },
});
