import { GetExecutionHistoryCommand, SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Executions } from '../ports/executions.ts';
import { attempt, translated } from './errors.ts';

/** Step Functions through the SDK. @param deliveryMachineArn the machine that walks a rollout from trigger to end */
export function stepFunctionsExecutions(deliveryMachineArn: string, client: SFNClient = new SFNClient()): Executions {
  return {
    async startDelivery(name, input) {
      await client
        .send(new StartExecutionCommand({ stateMachineArn: deliveryMachineArn, name, input: JSON.stringify(input) }))
        .catch((error: unknown) => {
          // Same name: it runs, or it ran and the rollout has ended. Either way there is nothing to start.
          if (!(error instanceof Error && error.name === 'ExecutionAlreadyExists')) throw translated(error, `Cannot start execution "${name}"`);
        });
    },
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
