import { DescribeExecutionCommand, GetExecutionHistoryCommand, SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Executions } from '../ports/executions.ts';
import { attempt, translated } from './errors.ts';

/** ARNs of the two machines; empty for functions that only wake waits and read histories. */
export interface Machines {
  readonly delivery: string;
  readonly rollout: string;
}

/** Step Functions through the SDK. */
export function stepFunctionsExecutions(machines: Machines, client: SFNClient = new SFNClient()): Executions {
  async function startExecution(stateMachineArn: string, name: string, input: Readonly<Record<string, unknown>>): Promise<boolean> {
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      return true;
    } catch (error) {
      // It ran under this name and has ended.
      if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return false;
      throw translated(error, `Cannot start execution "${name}"`);
    }
  }

  /** Undefined where there never was an execution of that name. */
  async function statusOf(machine: keyof Machines, name: string): Promise<string | undefined> {
    const executionArn = `${machines[machine].replace(':stateMachine:', ':execution:')}:${name}`;
    try {
      return (await client.send(new DescribeExecutionCommand({ executionArn }))).status;
    } catch (error) {
      if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
      throw translated(error, `Cannot describe execution "${name}"`);
    }
  }

  return {
    startDelivery: (name, input) => startExecution(machines.delivery, name, input),
    startWalk: (name, input) => startExecution(machines.rollout, name, input),
    isRunning: async (machine, name) => (await statusOf(machine, name)) === 'RUNNING',
    existed: async (machine, name) => (await statusOf(machine, name)) !== undefined,
    async wake(taskToken, answer) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer) }));
        return true;
      } catch (error) {
        if (error instanceof Error && ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'].includes(error.name)) return false;
        throw translated(error, 'Cannot wake a wait');
      }
    },
    async historyLength(executionArn) {
      const answer = await attempt(`Cannot read the history of "${executionArn}"`, () =>
        client.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false })),
      );
      return answer.events?.[0]?.id ?? 0;
    },
  };
}
