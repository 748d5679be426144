import type { DeleteFunctionCommandInput } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Deletes a function, or with a qualifier one published version. */
export const deleteFunction = defineOperation<LambdaState, DeleteFunctionCommandInput, Record<string, never>>({
  name: 'DeleteFunction',
  access: (input, { kernel }) => [{ action: 'lambda:DeleteFunction', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: { FunctionName: functionNameLimit },
  run(input, state) {
    const { fn, version, qualifier } = functionNamed(state.kernel, state.functions, input.FunctionName, input.Qualifier);
    if (qualifier === '$LATEST') {
      throw new AwsError('InvalidParameterValueException', '$LATEST version cannot be deleted without deleting the function.', {
        fields: { Type: 'User' },
      });
    }
    if (qualifier !== undefined) {
      fn.published.splice(fn.published.indexOf(version), 1);
      state.pool.retire(version);
      return {};
    }
    state.functions.delete(fn.name);
    for (const one of [fn.latest, ...fn.published]) state.pool.retire(one);
    state.identities.removeResourcePolicies(fn.arn);
    return {};
  },
});
