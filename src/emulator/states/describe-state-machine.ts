import type { DescribeStateMachineCommandInput, DescribeStateMachineCommandOutput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { findMachine, type StatesState } from './state.ts';

export const describeStateMachine = defineOperation<
  StatesState,
  DescribeStateMachineCommandInput,
  Omit<DescribeStateMachineCommandOutput, '$metadata'>
>({
  name: 'DescribeStateMachine',
  access: ({ stateMachineArn }) => [{ action: 'states:DescribeStateMachine', resource: stateMachineArn ?? '' }],
  limits: { stateMachineArn: { min: 1, max: 256 }, includedData: { oneOf: ['ALL_DATA', 'METADATA_ONLY'] } },
  run({ stateMachineArn = '', includedData }, state) {
    const { arn, name, status, revision, revisionId, createdAtMs, tracing } = findMachine(stateMachineArn, state);
    return {
      stateMachineArn: arn,
      name,
      status,
      definition: includedData === 'METADATA_ONLY' ? '' : revision.definitionText,
      roleArn: revision.roleArn,
      type: 'STANDARD',
      creationDate: new Date(createdAtMs),
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: tracing,
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
      ...(revisionId === undefined ? {} : { revisionId }),
    };
  },
});
