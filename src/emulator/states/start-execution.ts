import type { StartExecutionCommandInput, StartExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { AwsError, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { checkName, executionArn } from './arns.ts';
import { Execution } from './execution.ts';
import { whole } from './history.ts';
import { bytesOf, jsonSyntaxError, payloadLimitBytes } from './json.ts';
import { runExecution } from './run.ts';
import { findMachine, type StatesState, sweepDeleted } from './state.ts';

/** A closed execution's name is free again after this time. */
const nameKeptMs = 90 * 24 * 3_600_000;

/** AWS counts the bytes of a payload, not its characters. */
export function checkPayload(member: string, text: string): void {
  if (bytesOf(text) <= payloadLimitBytes) return;
  throw validationException(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have size less than or equal to ${payloadLimitBytes} bytes in UTF-8 encoding`,
  );
}

/**
 * Starting twice with the same name and input while the first runs answers as the first start did; any other use of a
 * taken name is `ExecutionAlreadyExists`.
 */
export const startExecution = defineOperation<StatesState, StartExecutionCommandInput, Omit<StartExecutionCommandOutput, '$metadata'>>({
  name: 'StartExecution',
  access: ({ stateMachineArn }) => [{ action: 'states:StartExecution', resource: stateMachineArn ?? '' }],
  limits: { stateMachineArn: { min: 1, max: 256 }, name: { min: 1, max: 80 } },
  run({ stateMachineArn = '', name: givenName, input = '{}' }, state) {
    const { kernel, executions, tokens } = state;
    checkPayload('input', input);
    const machine = findMachine(stateMachineArn, state);
    if (machine.status === 'DELETING') throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${stateMachineArn}'`);
    if (givenName !== undefined) checkName(givenName);
    const problem = input === '' ? 'Invalid execution input.' : jsonSyntaxError(input);
    if (problem !== undefined) throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${problem}'`);

    const name = givenName ?? kernel.random.uuid('states/execution-name');
    const arn = executionArn(kernel, machine.name, name);
    const existing = executions.get(arn);
    if (existing) {
      if (existing.status === 'RUNNING' && existing.input === input) return { executionArn: arn, startDate: new Date(existing.startedAtMs) };
      const closedForMs = kernel.clock.now() - (existing.stoppedAtMs ?? kernel.clock.now());
      if (closedForMs < nameKeptMs) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      // So that the new one counts as the newest.
      executions.delete(arn);
    }
    const execution = new Execution(kernel, { arn, name, stateMachineArn, stateMachineName: machine.name, input, revision: machine.revision });
    executions.set(arn, execution);
    execution.record('ExecutionStarted', { executionStartedEventDetails: { input, inputDetails: whole, roleArn: machine.revision.roleArn } }, 0);
    execution.publish();
    kernel.background(`states/${name}`, async () => {
      // The caller has its answer before the first state is entered.
      await Promise.resolve();
      await runExecution(execution, kernel, tokens);
      sweepDeleted(state);
    });
    return { executionArn: arn, startDate: new Date(execution.startedAtMs) };
  },
});
