import type { DescribeExecutionCommandInput, DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { findExecution, type StatesState } from './state.ts';

/** Leaves out what there is not, as AWS does: no key is ever null. */
export const describeExecution = defineOperation<StatesState, DescribeExecutionCommandInput, Omit<DescribeExecutionCommandOutput, '$metadata'>>({
  name: 'DescribeExecution',
  access: ({ executionArn }) => [{ action: 'states:DescribeExecution', resource: executionArn ?? '' }],
  limits: { executionArn: { min: 1, max: 256 }, includedData: { oneOf: ['ALL_DATA', 'METADATA_ONLY'] } },
  run({ executionArn = '', includedData }, state) {
    const execution = findExecution(executionArn, state);
    const { arn, name, stateMachineArn, status, input, output, error, cause, startedAtMs, stoppedAtMs, redriveStatus } = execution;
    const included = includedData !== 'METADATA_ONLY';
    return {
      executionArn: arn,
      stateMachineArn,
      name,
      status,
      startDate: new Date(startedAtMs),
      ...(stoppedAtMs === undefined ? {} : { stopDate: new Date(stoppedAtMs) }),
      ...(included ? { input } : {}),
      inputDetails: { included },
      ...(output === undefined ? {} : { ...(included ? { output } : {}), outputDetails: { included } }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      redriveCount: 0,
      redriveStatus: redriveStatus.status,
      ...(redriveStatus.reason === undefined ? {} : { redriveStatusReason: redriveStatus.reason }),
    };
  },
});
