import type { AddPermissionCommandInput, AddPermissionResponse } from '@aws-sdk/client-lambda';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { checkPrincipal, enforce, policyStatement } from './permissions.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Lets a service invoke the function, on behalf of a source where one is given. */
export const addPermission = defineOperation<LambdaState, AddPermissionCommandInput, AddPermissionResponse>({
  name: 'AddPermission',
  access: (input, { kernel }) => [
    {
      action: 'lambda:AddPermission',
      resource: arnNamed(kernel, input.FunctionName, input.Qualifier),
      ...(input.Principal !== undefined && { context: { 'lambda:Principal': input.Principal } }),
    },
  ],
  limits: {
    FunctionName: functionNameLimit,
    StatementId: { min: 1, max: 100, pattern: /([a-zA-Z0-9-_]+)/ },
    Action: { pattern: /(lambda:[*]|lambda:[a-zA-Z]+|[*])/ },
    FunctionUrlAuthType: { oneOf: ['NONE', 'AWS_IAM'] },
  },
  run(input, state) {
    const { kernel } = state;
    const { StatementId: sid = '', Action: action = '', Principal: principal = '' } = input;
    if (input.Qualifier !== undefined) throw notEmulated('lambda:AddPermission on a version or alias');
    if (input.EventSourceToken !== undefined || input.PrincipalOrgID !== undefined) {
      throw notEmulated('lambda:AddPermission with EventSourceToken or PrincipalOrgID');
    }
    const { fn } = functionNamed(kernel, state.functions, input.FunctionName);
    checkPrincipal(kernel, principal, input.SourceAccount);
    if (fn.permissions.some((one) => one.sid === sid)) {
      throw new AwsError(
        'ResourceConflictException',
        `The statement id (${sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        {
          status: 409,
          fields: { Type: 'User' },
        },
      );
    }
    const statement = {
      sid,
      action,
      principal,
      ...(input.SourceArn !== undefined && { sourceArn: input.SourceArn }),
      ...(input.SourceAccount !== undefined && { sourceAccount: input.SourceAccount }),
      ...(input.FunctionUrlAuthType !== undefined && { urlAuthType: input.FunctionUrlAuthType }),
      ...(input.InvokedViaFunctionUrl !== undefined && { viaUrl: input.InvokedViaFunctionUrl }),
    };
    fn.permissions.push(statement);
    enforce(state, fn);
    return { Statement: JSON.stringify(policyStatement(fn, statement)) };
  },
});
