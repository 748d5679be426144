import { AwsError } from '../aws-error.ts';
import type { Statement } from './caller.ts';
import { isKnownOperator } from './conditions.ts';

/** Who may take a role on: services by name, and whether anybody of an account or `*` may. */
export interface TrustStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly services: readonly string[];
  readonly conditions: Statement['conditions'];
}

const malformed = (what: string, where: string) => new AwsError('MalformedPolicyDocument', `Cannot read the policy of ${where}: ${what}`);

const unsupported = (what: string, where: string) =>
  new AwsError('NotEmulated', `The embedded AWS does not emulate ${what}, found in the policy of ${where}; docs/emulator.md lists what it does`, {
    status: 501,
  });

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function texts(value: unknown, element: string, where: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one) => {
    if (typeof one !== 'string') throw malformed(`${element} holds ${JSON.stringify(one)}, expected text`, where);
    if (one.includes('${')) throw unsupported(`policy variables ("${one}")`, where);
    return one;
  });
}

function readConditions(value: unknown, where: string): Statement['conditions'] {
  if (value === undefined) return {};
  if (!isRecord(value)) throw malformed('Condition is not an object', where);
  const conditions: Record<string, Record<string, string[]>> = {};
  for (const [operator, keys] of Object.entries(value)) {
    if (!isKnownOperator(operator)) throw unsupported(`the condition operator "${operator}"`, where);
    if (!isRecord(keys)) throw malformed(`Condition ${operator} is not an object`, where);
    const read: Record<string, string[]> = {};
    for (const [key, wanted] of Object.entries(keys)) {
      const list: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      // CloudFormation writes `true` and `"true"` alike.
      read[key] = texts(
        list.map((one) => (typeof one === 'boolean' || typeof one === 'number' ? String(one) : one)),
        `Condition ${operator} ${key}`,
        where,
      );
    }
    conditions[operator] = read;
  }
  return conditions;
}

function statementsOf(document: unknown, where: string): Record<string, unknown>[] {
  const policy: unknown = typeof document === 'string' ? JSON.parse(document) : document;
  if (!isRecord(policy)) throw malformed('it is not an object', where);
  for (const element of Object.keys(policy)) {
    if (!['Version', 'Id', 'Statement'].includes(element)) throw unsupported(`the policy element "${element}"`, where);
  }
  if (policy['Version'] !== undefined && policy['Version'] !== '2012-10-17' && policy['Version'] !== '2008-10-17') {
    throw malformed(`Version is ${JSON.stringify(policy['Version'])}, expected "2012-10-17"`, where);
  }
  const statements: unknown[] = Array.isArray(policy['Statement']) ? policy['Statement'] : [policy['Statement']];
  return statements.map((statement) => {
    if (!isRecord(statement)) throw malformed('a Statement is not an object', where);
    return statement;
  });
}

function knownElements(statement: Record<string, unknown>, known: readonly string[], where: string): void {
  for (const element of Object.keys(statement)) {
    if (!known.includes(element)) throw unsupported(`the policy element "${element}"`, where);
  }
}

function readEffect(statement: Record<string, unknown>, where: string): 'Allow' | 'Deny' {
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`Effect is ${JSON.stringify(effect)}, expected "Allow" or "Deny"`, where);
  return effect;
}

/**
 * Reads an identity-based policy document.
 *
 * @param document the document, as an object or as its JSON
 * @param where whose policy it is, for error texts
 * @throws AwsError `MalformedPolicyDocument`; `NotEmulated` naming an element or condition operator that isn't known
 */
export function readPolicy(document: unknown, where: string): Statement[] {
  return statementsOf(document, where).map((statement) => {
    knownElements(statement, ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'Condition'], where);
    const effect = readEffect(statement, where);
    if ((statement['Action'] === undefined) === (statement['NotAction'] === undefined)) {
      throw malformed('a Statement needs either Action or NotAction', where);
    }
    if (statement['Resource'] === undefined) throw malformed('a Statement has no Resource', where);
    const actions = statement['Action'] === undefined ? [] : texts(statement['Action'], 'Action', where);
    const notActions = statement['NotAction'] === undefined ? [] : texts(statement['NotAction'], 'NotAction', where);
    for (const action of [...actions, ...notActions]) {
      if (action !== '*' && !/^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$/.test(action)) throw malformed(`"${action}" is no action`, where);
    }
    return {
      effect,
      actions,
      ...(notActions.length > 0 && { notActions }),
      resources: texts(statement['Resource'], 'Resource', where),
      conditions: readConditions(statement['Condition'], where),
    };
  });
}

/**
 * Reads a role's trust policy (`AssumeRolePolicyDocument`). Principals other than services are kept out: nobody but services takes roles on here.
 *
 * @throws AwsError as `readPolicy`
 */
export function readTrust(document: unknown, where: string): TrustStatement[] {
  return statementsOf(document, where).map((statement) => {
    knownElements(statement, ['Sid', 'Effect', 'Principal', 'Action', 'Condition'], where);
    const principal = statement['Principal'];
    if (!isRecord(principal)) throw malformed('a trust Statement has no Principal', where);
    for (const action of texts(statement['Action'], 'Action', where)) {
      if (!['sts:assumerole', 'sts:tagsession'].includes(action.toLowerCase())) throw unsupported(`trust of the action "${action}"`, where);
    }
    return {
      effect: readEffect(statement, where),
      services: principal['Service'] === undefined ? [] : texts(principal['Service'], 'Principal', where),
      conditions: readConditions(statement['Condition'], where),
    };
  });
}
