import type { GetFunctionCommandInput, GetFunctionResponse } from '@aws-sdk/client-lambda';
import { defineOperation } from '../operation.ts';
import { arnNamed, configurationOf, functionNamed } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** A function's configuration, tags and reserved concurrency. The code has no address to download it from. */
export const getFunction = defineOperation<LambdaState, GetFunctionCommandInput, GetFunctionResponse>({
  name: 'GetFunction',
  access: (input, { kernel }) => [{ action: 'lambda:GetFunction', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: { FunctionName: functionNameLimit },
  run(input, { kernel, functions }) {
    const { fn, version, qualifier } = functionNamed(kernel, functions, input.FunctionName, input.Qualifier);
    return {
      Configuration: configurationOf(fn, version, qualifier !== undefined),
      Code: { RepositoryType: 'S3' },
      ...(Object.keys(fn.tags).length > 0 && { Tags: { ...fn.tags } }),
      ...(fn.reservedConcurrency !== undefined && { Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency } }),
    };
  },
});
