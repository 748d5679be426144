import type { GetFunctionConcurrencyCommandInput, GetFunctionConcurrencyResponse } from '@aws-sdk/client-lambda';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** The reserved concurrency; nothing when the function shares the account's. */
export const getFunctionConcurrency = defineOperation<LambdaState, GetFunctionConcurrencyCommandInput, GetFunctionConcurrencyResponse>({
  name: 'GetFunctionConcurrency',
  access: (input, { kernel }) => [{ action: 'lambda:GetFunctionConcurrency', resource: arnNamed(kernel, input.FunctionName) }],
  limits: { FunctionName: functionNameLimit },
  run(input, { kernel, functions }) {
    const { fn } = functionNamed(kernel, functions, input.FunctionName);
    return fn.reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: fn.reservedConcurrency };
  },
});
