import type { RemovePermissionCommandInput } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { enforce } from './permissions.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

export const removePermission = defineOperation<LambdaState, RemovePermissionCommandInput, Record<string, never>>({
  name: 'RemovePermission',
  access: (input, { kernel }) => [{ action: 'lambda:RemovePermission', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: { FunctionName: functionNameLimit },
  run(input, state) {
    const { fn } = functionNamed(state.kernel, state.functions, input.FunctionName);
    const at = fn.permissions.findIndex((one) => one.sid === input.StatementId);
    if (at < 0) {
      throw new AwsError('ResourceNotFoundException', `Statement ${input.StatementId ?? ''} is not found in resource policy.`, {
        status: 404,
        fields: { Type: 'User' },
      });
    }
    fn.permissions.splice(at, 1);
    enforce(state, fn);
    return {};
  },
});
