import type { FunctionEventInvokeConfig, GetFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { configShown } from './event-invoke-config.ts';
import { arnNamed, functionNamed } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

export const getFunctionEventInvokeConfig = defineOperation<LambdaState, GetFunctionEventInvokeConfigCommandInput, FunctionEventInvokeConfig>({
  name: 'GetFunctionEventInvokeConfig',
  access: (input, { kernel }) => [{ action: 'lambda:GetFunctionEventInvokeConfig', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: { FunctionName: functionNameLimit },
  run(input, { kernel, functions }) {
    const { fn, qualifier = '$LATEST' } = functionNamed(kernel, functions, input.FunctionName, input.Qualifier);
    const config = fn.asyncConfigs.get(qualifier);
    if (!config) {
      throw new AwsError('ResourceNotFoundException', `The function ${fn.arn}:${qualifier} doesn't have an EventInvokeConfig`, {
        status: 404,
        fields: { Type: 'User' },
      });
    }
    return configShown(fn, qualifier, config);
  },
});
