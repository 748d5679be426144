import type { Concurrency, PutFunctionConcurrencyCommandInput } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Concurrency that must stay for functions without a reservation, of the account's 1,000. */
const unreservedMinimum = 100;

/** Reserves concurrency: the function may run this many invocations at once, and no more. */
export const putFunctionConcurrency = defineOperation<LambdaState, PutFunctionConcurrencyCommandInput, Concurrency>({
  name: 'PutFunctionConcurrency',
  access: (input, { kernel }) => [{ action: 'lambda:PutFunctionConcurrency', resource: arnNamed(kernel, input.FunctionName) }],
  limits: { FunctionName: functionNameLimit, ReservedConcurrentExecutions: { min: 0 } },
  run(input, state) {
    const { fn } = functionNamed(state.kernel, state.functions, input.FunctionName);
    const wanted = input.ReservedConcurrentExecutions ?? 0;
    const others = [...state.functions.values()].reduce((sum, one) => sum + (one === fn ? 0 : (one.reservedConcurrency ?? 0)), 0);
    if (others + wanted > 1000 - unreservedMinimum) {
      throw new AwsError(
        'InvalidParameterValueException',
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedMinimum}].`,
        { fields: { Type: 'User' } },
      );
    }
    fn.reservedConcurrency = wanted;
    return { ReservedConcurrentExecutions: wanted };
  },
});
