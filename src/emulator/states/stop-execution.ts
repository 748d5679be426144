import type { StopExecutionCommandInput, StopExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { findExecution, type StatesState } from './state.ts';

export const stopExecution = defineOperation<StatesState, StopExecutionCommandInput, Omit<StopExecutionCommandOutput, '$metadata'>>({
  name: 'StopExecution',
  access: ({ executionArn }) => [{ action: 'states:StopExecution', resource: executionArn ?? '' }],
  limits: { executionArn: { min: 1, max: 256 }, error: { max: 256 }, cause: { max: 32_768 } },
  run({ executionArn = '', error, cause }, state) {
    const execution = findExecution(executionArn, state);
    // One that has ended stays as it ended; the answer is when it did.
    execution.end({ status: 'ABORTED', error, cause });
    return { stopDate: new Date(execution.stoppedAtMs ?? state.kernel.clock.now()) };
  },
});
