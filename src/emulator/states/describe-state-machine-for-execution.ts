import type { DescribeStateMachineForExecutionCommandInput, DescribeStateMachineForExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { findExecution, type StatesState } from './state.ts';

/** The definition an execution began with, which may not be its machine's any more. */
export const describeStateMachineForExecution = defineOperation<
  StatesState,
  DescribeStateMachineForExecutionCommandInput,
  Omit<DescribeStateMachineForExecutionCommandOutput, '$metadata'>
>({
  name: 'DescribeStateMachineForExecution',
  access: ({ executionArn }) => [{ action: 'states:DescribeStateMachineForExecution', resource: executionArn ?? '' }],
  limits: { executionArn: { min: 1, max: 256 }, includedData: { oneOf: ['ALL_DATA', 'METADATA_ONLY'] } },
  run({ executionArn = '', includedData }, state) {
    const { stateMachineArn, stateMachineName, revision } = findExecution(executionArn, state);
    return {
      stateMachineArn,
      name: stateMachineName,
      definition: includedData === 'METADATA_ONLY' ? '' : revision.definitionText,
      roleArn: revision.roleArn,
      updateDate: new Date(revision.updatedAtMs),
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    };
  },
});
