import type { Access } from '../operation.ts';
import type { Statement } from './caller.ts';
import { conditionsHold, type RequestContext } from './conditions.ts';
import { matchesWildcard } from './wildcard.ts';

/** `implicit`: no statement allows it. */
export type Decision = 'allowed' | 'denied-explicitly' | 'denied-implicitly';

function covers(statement: Statement, access: Access): boolean {
  const matchesAction = (pattern: string) => matchesWildcard(pattern, access.action, { ignoreCase: true });
  const action =
    statement.notActions && statement.notActions.length > 0 ? !statement.notActions.some(matchesAction) : statement.actions.some(matchesAction);
  if (!action) return false;
  // SageMaker may lower-case a name inside an ARN, so its ARNs are compared without case.
  const ignoreCase = access.resource.startsWith('arn:aws:sagemaker:');
  return statement.resources.some((pattern) => matchesWildcard(pattern, access.resource, { ignoreCase }));
}

/**
 * AWS's evaluation within one account and identity-based policies: an explicit Deny wins, then an Allow, else it is denied.
 *
 * @param context condition keys in lower case
 */
export function evaluate(statements: readonly Statement[], access: Access, context: RequestContext): Decision {
  let allowed = false;
  for (const statement of statements) {
    if (!covers(statement, access) || !conditionsHold(statement.conditions, context)) continue;
    if (statement.effect === 'Deny') return 'denied-explicitly';
    allowed = true;
  }
  return allowed ? 'allowed' : 'denied-implicitly';
}
