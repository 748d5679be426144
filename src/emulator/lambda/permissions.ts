import { AwsError, notEmulated } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import type { LambdaFunction, PermissionStatement } from './function.ts';
import type { LambdaState } from './state.ts';

/** A statement as the policy shows it. */
export function policyStatement(fn: LambdaFunction, statement: PermissionStatement): Record<string, unknown> {
  const conditions = {
    ...(statement.sourceAccount !== undefined && { StringEquals: { 'AWS:SourceAccount': statement.sourceAccount } }),
    ...(statement.urlAuthType !== undefined && { StringEquals: { 'lambda:FunctionUrlAuthType': statement.urlAuthType } }),
    ...(statement.viaUrl !== undefined && { Bool: { 'lambda:InvokedViaFunctionUrl': String(statement.viaUrl) } }),
    ...(statement.sourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': statement.sourceArn } }),
  };
  return {
    Sid: statement.sid,
    Effect: 'Allow',
    Principal: statement.principal === '*' ? '*' : { Service: statement.principal },
    Action: statement.action,
    Resource: fn.arn,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
}

/** @throws AwsError `NotEmulated` for principals other than services and everybody */
export function checkPrincipal(kernel: Pick<Kernel, 'account'>, principal: string, sourceAccount: string | undefined): void {
  if (principal !== '*' && !/^[\w-]+(\.[\w-]+)*\.amazonaws\.com$/.test(principal)) {
    throw notEmulated(`lambda:AddPermission for the principal "${principal}" (services and "*" are)`);
  }
  if (sourceAccount !== undefined && sourceAccount !== kernel.account) {
    throw notEmulated(`lambda:AddPermission for another account ("${sourceAccount}")`);
  }
}

/** Puts the function's whole policy before those who judge calls. */
export function enforce(state: LambdaState, fn: LambdaFunction): void {
  state.identities.removeResourcePolicies(fn.arn);
  for (const { action, principal, sourceArn, urlAuthType, viaUrl } of fn.permissions) {
    // What is granted to callers of the function's URL is judged there, and grants a service nothing.
    if (urlAuthType !== undefined || viaUrl === true) continue;
    state.identities.addResourcePolicy(fn.arn, { principalService: principal, action, ...(sourceArn !== undefined && { sourceArn }) });
  }
}

export const noPolicy = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', { status: 404, fields: { Type: 'User' } });
