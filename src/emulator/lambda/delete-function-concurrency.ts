import type { DeleteFunctionConcurrencyCommandInput } from '@aws-sdk/client-lambda';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Takes a function's reserved concurrency away: it shares the account's again. */
export const deleteFunctionConcurrency = defineOperation<LambdaState, DeleteFunctionConcurrencyCommandInput, Record<string, never>>({
  name: 'DeleteFunctionConcurrency',
  access: (input, { kernel }) => [{ action: 'lambda:DeleteFunctionConcurrency', resource: arnNamed(kernel, input.FunctionName) }],
  limits: { FunctionName: functionNameLimit },
  run(input, { kernel, functions }) {
    delete functionNamed(kernel, functions, input.FunctionName).fn.reservedConcurrency;
    return {};
  },
});
