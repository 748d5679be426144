import { createHash } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Access } from '../operation.ts';
import type { Caller, Statement } from './caller.ts';
import { conditionsHold } from './conditions.ts';
import { evaluate } from './evaluate.ts';
import { readPolicy, readTrust, type TrustStatement } from './policy.ts';
import { serviceRights } from './service-rights.ts';
import { matchesArn, matchesWildcard } from './wildcard.ts';

/** Keys a client signs with. A role's come with a session token, the administrator's don't. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A resource's own policy, one statement: which service may do what to it, and on whose behalf. */
export interface ResourceStatement {
  /** `events.amazonaws.com`, or `*`. */
  readonly principalService: string;
  /** `lambda:InvokeFunction`; wildcards as in any policy. */
  readonly action: string;
  /** `aws:SourceArn` as `ArnLike`; any source when absent. */
  readonly sourceArn?: string;
}

/** Every role of the account, who may be whom, and who may do what. */
export interface Identities {
  /** @throws AwsError `EntityAlreadyExists`, `MalformedPolicyDocument`, or `NotEmulated` naming what in a policy isn't known */
  createRole(role: { arn: string; trust: unknown; policies: readonly unknown[] }): void;
  /** @throws AwsError `NoSuchEntity` */
  deleteRole(arn: string): void;
  /** Adds a policy document to a role. @throws AwsError `NoSuchEntity`, and as `createRole` */
  addPolicy(roleArn: string, document: unknown): void;
  /** The keys a role's session signs with; the same for each call. @throws AwsError `NoSuchEntity` */
  accessKeyFor(roleArn: string): AccessKey;
  /** Who signs with an access key; `test` is the account's administrator. Unset: nobody. */
  callerOf(accessKeyId: string): Caller | undefined;
  /** The key itself, to check signatures against. Unset: unknown. The administrator's session token is empty. */
  keyOf(accessKeyId: string): AccessKey | undefined;
  /**
   * A role, taken on.
   *
   * @param byService the service that takes it on; its trust policy must name it. Absent: trust isn't asked
   * @param sourceArn on whose behalf (`aws:SourceArn`), where the trust policy asks
   * @throws AwsError `NoSuchEntity`, or `AccessDenied` when trust doesn't name the service
   */
  assume(roleArn: string, byService?: string, sourceArn?: string): Caller;
  addResourcePolicy(resourceArn: string, statement: ResourceStatement): void;
  /** Removes all of a resource's policy, when the resource goes. */
  removeResourcePolicies(resourceArn: string): void;
  /** Lets a service do what AWS lets its own services do without any policy; adds to the table in `service-rights.ts`. */
  trustService(service: string, action: string): void;
  /** @throws AwsError `AccessDeniedException` in AWS's words: who, what, on which resource, and why not */
  authorise(access: Access, caller: Caller): void;
}

interface Role {
  readonly arn: string;
  readonly name: string;
  readonly trust: readonly TrustStatement[];
  readonly statements: Statement[];
  readonly key: AccessKey;
}

/** Access keys are base 32, upper case. */
function base32(bytes: Buffer, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[(bytes[i] ?? 0) % 32];
  return text;
}

function keyOfRole(arn: string): AccessKey {
  const digest = (purpose: string) => createHash('sha256').update(`${purpose} of ${arn}`).digest();
  return {
    accessKeyId: `ASIA${base32(digest('access key'), 16)}`,
    secretAccessKey: digest('secret').toString('base64').slice(0, 40),
    sessionToken: digest('session').toString('base64'),
  };
}

const roleNameOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);

/**
 * The ARN AWS prints for a caller: a role's session rather than the role.
 * `arn:aws:iam::1:role/path/name` becomes `arn:aws:sts::1:assumed-role/name/local`.
 */
export function sessionArnOf(caller: Caller): string {
  if (caller.kind !== 'role') return caller.arn;
  return `arn:aws:sts::${caller.arn.split(':')[4] ?? ''}:assumed-role/${caller.roleName}/local`;
}

function denied(access: Access, caller: Caller, why: string): AwsError {
  const who = caller.kind === 'service' ? caller.service : sessionArnOf(caller);
  return new AwsError('AccessDeniedException', `User: ${who} is not authorized to perform: ${access.action} on resource: ${access.resource} ${why}`);
}

/**
 * @param options.account twelve digits; the administrator (`test`/`test`) is its `user/administrator`
 */
export function createIdentities(options: { account: string }): Identities {
  const { account } = options;
  const administrator: Caller = { kind: 'administrator', arn: `arn:aws:iam::${account}:user/administrator` };
  const administratorKey: AccessKey = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: '' };
  const roles = new Map<string, Role>();
  const byKey = new Map<string, Role>();
  /** Roles that were deleted: a caller that still holds one may do nothing. */
  const gone = new Set<string>();
  const resourcePolicies = new Map<string, ResourceStatement[]>();
  const trusted = new Map<string, string[]>(Object.entries(serviceRights).map(([service, actions]) => [service, [...actions]]));

  function roleAt(arn: string): Role {
    const role = roles.get(arn);
    if (!role) throw new AwsError('NoSuchEntity', `The role with name ${roleNameOf(arn)} cannot be found.`, { status: 404 });
    return role;
  }
  const callerFor = (role: Role): Caller => ({ kind: 'role', arn: role.arn, roleName: role.name, statements: role.statements });

  function contextOf(access: Access, caller: Caller): Map<string, readonly string[]> {
    const context = new Map<string, readonly string[]>([
      ['aws:principalarn', [caller.arn]],
      ['aws:principalaccount', [account]],
      ['aws:viaawsservice', ['false']],
    ]);
    const resourceAccount = access.resource.split(':')[4];
    if (resourceAccount) context.set('aws:resourceaccount', [resourceAccount]);
    for (const [key, value] of Object.entries(access.context ?? {})) {
      context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
    }
    return context;
  }

  function authoriseService(access: Access, caller: Caller & { kind: 'service' }): void {
    if ((trusted.get(caller.service) ?? []).some((action) => matchesWildcard(action, access.action, { ignoreCase: true }))) return;
    const allowed = (resourcePolicies.get(access.resource) ?? []).some(
      (statement) =>
        (statement.principalService === '*' || statement.principalService === caller.service) &&
        matchesWildcard(statement.action, access.action, { ignoreCase: true }) &&
        (statement.sourceArn === undefined || matchesArn(statement.sourceArn, caller.sourceArn)),
    );
    if (!allowed) throw denied(access, caller, `because no resource-based policy allows the ${access.action} action`);
  }

  return {
    createRole({ arn, trust, policies }) {
      if (roles.has(arn)) {
        throw new AwsError('EntityAlreadyExists', `Role with name ${roleNameOf(arn)} already exists.`, { status: 409 });
      }
      const role: Role = {
        arn,
        name: roleNameOf(arn),
        trust: readTrust(trust, arn),
        statements: policies.flatMap((policy) => readPolicy(policy, arn)),
        key: keyOfRole(arn),
      };
      roles.set(arn, role);
      byKey.set(role.key.accessKeyId, role);
      gone.delete(arn);
    },
    deleteRole(arn) {
      const role = roleAt(arn);
      roles.delete(arn);
      byKey.delete(role.key.accessKeyId);
      gone.add(arn);
    },
    addPolicy(roleArn, document) {
      roleAt(roleArn).statements.push(...readPolicy(document, roleArn));
    },
    accessKeyFor: (roleArn) => roleAt(roleArn).key,
    callerOf(accessKeyId) {
      if (accessKeyId === administratorKey.accessKeyId) return administrator;
      const role = byKey.get(accessKeyId);
      return role && callerFor(role);
    },
    keyOf: (accessKeyId) => (accessKeyId === administratorKey.accessKeyId ? administratorKey : byKey.get(accessKeyId)?.key),
    assume(roleArn, byService, sourceArn) {
      const role = roleAt(roleArn);
      if (byService === undefined) return callerFor(role);
      const context = new Map<string, readonly string[]>([['aws:sourceaccount', [account]]]);
      if (sourceArn !== undefined) context.set('aws:sourcearn', [sourceArn]);
      const applying = role.trust.filter((statement) => statement.services.includes(byService) && conditionsHold(statement.conditions, context));
      if (applying.length === 0 || applying.some((statement) => statement.effect === 'Deny')) {
        throw new AwsError('AccessDenied', `User: ${byService} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`, {
          status: 403,
        });
      }
      return callerFor(role);
    },
    addResourcePolicy(resourceArn, statement) {
      const statements = resourcePolicies.get(resourceArn);
      if (statements) statements.push(statement);
      else resourcePolicies.set(resourceArn, [statement]);
    },
    removeResourcePolicies: (resourceArn) => void resourcePolicies.delete(resourceArn),
    trustService(service, action) {
      const actions = trusted.get(service);
      if (actions) actions.push(action);
      else trusted.set(service, [action]);
    },
    authorise(access, caller) {
      switch (caller.kind) {
        case 'administrator':
          return;
        case 'service':
          return authoriseService(access, caller);
        case 'role': {
          // The role as it is now: a policy added after the caller was made counts, as it does on AWS.
          const statements = roles.get(caller.arn)?.statements ?? (gone.has(caller.arn) ? [] : caller.statements);
          switch (evaluate(statements, access, contextOf(access, caller))) {
            case 'allowed':
              return;
            case 'denied-explicitly':
              throw denied(access, caller, 'with an explicit deny in an identity-based policy');
            case 'denied-implicitly':
              throw denied(access, caller, `because no identity-based policy allows the ${access.action} action`);
          }
        }
      }
    },
  };
}
