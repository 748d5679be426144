import type { GetPolicyCommandInput, GetPolicyResponse } from '@aws-sdk/client-lambda';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { noPolicy, policyStatement } from './permissions.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

export const getPolicy = defineOperation<LambdaState, GetPolicyCommandInput, GetPolicyResponse>({
  name: 'GetPolicy',
  access: (input, { kernel }) => [{ action: 'lambda:GetPolicy', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: { FunctionName: functionNameLimit },
  run(input, { kernel, functions }) {
    const { fn } = functionNamed(kernel, functions, input.FunctionName, input.Qualifier);
    if (fn.permissions.length === 0) throw noPolicy();
    const policy = { Version: '2012-10-17', Id: 'default', Statement: fn.permissions.map((one) => policyStatement(fn, one)) };
    return { Policy: JSON.stringify(policy), RevisionId: fn.latest.revisionId };
  },
});
