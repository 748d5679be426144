import type { StartExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { asText, drawRequestId, type Integration, type LegacyNames, legacyError, readArguments, sdkMetadata } from './integration.ts';
import { modelledErrors } from './modelled-errors.ts';

const names: LegacyNames = {
  prefix: 'StepFunctions',
  unmodelled: 'AWSStepFunctionsException',
  service: 'AWSStepFunctions',
  modelled: modelledErrors.sfn,
};

/** `arn:aws:states:::states:startExecution`: starts another machine and does not wait for it. */
export const startExecution: Integration = (args) => {
  const { StateMachineArn, Input, Name } = readArguments(args, ['StateMachineArn'], ['StateMachineArn', 'Input', 'Name', 'TraceHeader']);
  const input = {
    stateMachineArn: StateMachineArn,
    ...(Input === undefined ? {} : { input: asText(Input) }),
    ...(Name === undefined ? {} : { name: Name }),
  };
  return async ({ kernel, caller }) => {
    const requestId = drawRequestId(kernel);
    try {
      const answer = (await kernel.cloud.call('sfn', 'StartExecution', input, caller())) as StartExecutionCommandOutput; // The SDK's shape.
      return {
        ExecutionArn: answer.executionArn ?? '',
        ...sdkMetadata(kernel, requestId, 'application/x-amz-json-1.0', 160),
        StartDate: answer.startDate?.getTime() ?? 0,
      };
    } catch (error) {
      throw legacyError(error, names, requestId);
    }
  };
};
