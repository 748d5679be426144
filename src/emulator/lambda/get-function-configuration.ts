import type { FunctionConfiguration, GetFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import { defineOperation } from '../operation.ts';
import { arnNamed, configurationOf, functionNamed } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

export const getFunctionConfiguration = defineOperation<LambdaState, GetFunctionConfigurationCommandInput, FunctionConfiguration>({
  name: 'GetFunctionConfiguration',
  access: (input, { kernel }) => [{ action: 'lambda:GetFunctionConfiguration', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: { FunctionName: functionNameLimit },
  run(input, { kernel, functions }) {
    const { fn, version, qualifier } = functionNamed(kernel, functions, input.FunctionName, input.Qualifier);
    return configurationOf(fn, version, qualifier !== undefined);
  },
});
