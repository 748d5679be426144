import { describe, expect, test } from 'vitest';
import type { Caller } from '../../../src/emulator/iam/caller.ts';
import { createIdentities } from '../../../src/emulator/iam/identities.ts';
import type { Access } from '../../../src/emulator/operation.ts';
import { account, region, roleWith } from '../front-fixture.ts';

const endpoint = `arn:aws:sagemaker:${region}:${account}:endpoint/churn`;
const describeEndpoint: Access = { action: 'sagemaker:DescribeEndpoint', resource: endpoint };
const allow = (more: Record<string, unknown>) => ({ Effect: 'Allow', Action: 'sagemaker:*', Resource: '*', ...more });
const deny = (more: Record<string, unknown>) => ({ ...allow(more), Effect: 'Deny' });

/** `allowed`, or the words of the refusal. */
function judged(statements: readonly unknown[], access: Access): string {
  const identities = createIdentities({ account });
  const role = roleWith(identities, 'worker', statements);
  try {
    identities.authorise(access, identities.assume(role.arn));
    return 'allowed';
  } catch (error) {
    return (error as Error).message;
  }
}

// Expected answers follow "Policy evaluation logic" and the condition operators' pages of the IAM user guide.
describe('authorise() of a role', () => {
  const passRole = (context: Record<string, string | string[]>): Access => ({ action: 'iam:PassRole', resource: 'arn:aws:iam::1:role/r', context });
  const condition = (operator: string, key: string, value: unknown) => [
    { Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { [key]: value } } },
  ];
  const service = 'iam:PassedToService';

  test.each<[string, readonly unknown[], Access, boolean]>([
    ['nothing allows', [], describeEndpoint, false],
    ['an action is named', [allow({ Action: 'sagemaker:DescribeEndpoint' })], describeEndpoint, true],
    ['an action is named in another case', [allow({ Action: 'SageMaker:describeendpoint' })], describeEndpoint, true],
    ['another action is named', [allow({ Action: 'sagemaker:DescribeEndpointConfig' })], describeEndpoint, false],
    ['an action is matched by *', [allow({ Action: ['s3:Get*', 'sagemaker:Describe*'] })], describeEndpoint, true],
    ['an action is matched by ?', [allow({ Action: 'sagemaker:Describe?ndpoint' })], describeEndpoint, true],
    ['an action wants one more character', [allow({ Action: 'sagemaker:DescribeEndpoint?' })], describeEndpoint, false],
    ['everything is allowed', [allow({ Action: '*' })], describeEndpoint, true],
    ['NotAction leaves it in', [allow({ Action: undefined, NotAction: 's3:*' })], describeEndpoint, true],
    ['NotAction takes it out', [allow({ Action: undefined, NotAction: 'sagemaker:Describe*' })], describeEndpoint, false],
    ['the resource is named', [allow({ Resource: endpoint })], describeEndpoint, true],
    ['a SageMaker resource is named in another case', [allow({ Resource: endpoint.replace('churn', 'Churn') })], describeEndpoint, true],
    ['another resource is named', [allow({ Resource: `${endpoint}-b` })], describeEndpoint, false],
    ['a resource is matched by *', [allow({ Resource: `arn:aws:sagemaker:*:${account}:endpoint/ch*` })], describeEndpoint, true],
    ['the call has no resource and one is named', [allow({ Resource: endpoint })], { action: 'sagemaker:ListEndpoints', resource: '*' }, false],
    ['an explicit deny stands against an allow', [allow({}), deny({ Action: 'sagemaker:DescribeEndpoint' })], describeEndpoint, false],
    ['a deny speaks of something else', [allow({}), deny({ Action: 'sagemaker:DeleteEndpoint' })], describeEndpoint, true],
    [
      'a deny has a condition that does not hold',
      [allow({}), deny({ Condition: { StringEquals: { 'aws:PrincipalAccount': '000000000000' } } })],
      describeEndpoint,
      true,
    ],
    ['StringEquals holds', condition('StringEquals', service, 'sagemaker.amazonaws.com'), passRole({ [service]: 'sagemaker.amazonaws.com' }), true],
    ['StringEquals fails', condition('StringEquals', service, 'sagemaker.amazonaws.com'), passRole({ [service]: 'ec2.amazonaws.com' }), false],
    [
      'StringEquals minds case',
      condition('StringEquals', service, 'SageMaker.amazonaws.com'),
      passRole({ [service]: 'sagemaker.amazonaws.com' }),
      false,
    ],
    ['StringEquals of several values is an OR', condition('StringEquals', service, ['a', 'b']), passRole({ [service]: 'b' }), true],
    ['StringEquals without the key', condition('StringEquals', service, 'a'), passRole({}), false],
    ['StringEqualsIfExists without the key', condition('StringEqualsIfExists', service, 'a'), passRole({}), true],
    ['StringEqualsIfExists with another value', condition('StringEqualsIfExists', service, 'a'), passRole({ [service]: 'b' }), false],
    ['StringNotEquals without the key', condition('StringNotEquals', service, 'a'), passRole({}), true],
    ['StringNotEquals with one of the values', condition('StringNotEquals', service, ['a', 'b']), passRole({ [service]: 'b' }), false],
    ['StringLike holds', condition('StringLike', service, 'sage*.amazonaws.com'), passRole({ [service]: 'sagemaker.amazonaws.com' }), true],
    ['a key in another case', condition('StringEquals', 'IAM:passedtoservice', 'a'), passRole({ [service]: 'a' }), true],
    [
      'ArnLike holds',
      condition('ArnLike', 'aws:SourceArn', 'arn:aws:events:*:*:rule/r*'),
      passRole({ 'aws:SourceArn': 'arn:aws:events:eu-west-1:1:rule/rule' }),
      true,
    ],
    [
      'ArnLike does not cross a colon',
      condition('ArnLike', 'aws:SourceArn', 'arn:aws:*:rule/r'),
      passRole({ 'aws:SourceArn': 'arn:aws:events:eu-west-1:1:rule/r' }),
      false,
    ],
    [
      'ArnEquals takes wildcards as ArnLike does',
      condition('ArnEquals', 'aws:SourceArn', 'arn:aws:events:*:1:rule/r'),
      passRole({ 'aws:SourceArn': 'arn:aws:events:eu-west-1:1:rule/r' }),
      true,
    ],
    ['Bool holds', condition('Bool', 'aws:ViaAWSService', 'false'), passRole({}), true],
    ['Null asks for absence', condition('Null', service, 'true'), passRole({}), true],
    ['Null asks for presence', condition('Null', service, 'false'), passRole({}), false],
    [
      'ForAllValues with one value outside',
      condition('ForAllValues:StringEquals', 'dynamodb:LeadingKeys', ['a', 'b']),
      passRole({ 'dynamodb:LeadingKeys': ['a', 'c'] }),
      false,
    ],
    [
      'ForAllValues with all inside',
      condition('ForAllValues:StringLike', 'dynamodb:LeadingKeys', ['a*']),
      passRole({ 'dynamodb:LeadingKeys': ['a', 'ab'] }),
      true,
    ],
    ['ForAllValues without the key', condition('ForAllValues:StringEquals', 'dynamodb:LeadingKeys', ['a']), passRole({}), true],
    [
      'ForAnyValue with one inside',
      condition('ForAnyValue:StringEquals', 'dynamodb:LeadingKeys', ['a']),
      passRole({ 'dynamodb:LeadingKeys': ['a', 'c'] }),
      true,
    ],
    ['ForAnyValue without the key', condition('ForAnyValue:StringEquals', 'dynamodb:LeadingKeys', ['a']), passRole({}), false],
    [
      'two operators are an AND',
      [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEquals: { a: '1' }, StringLike: { b: '2*' } } }],
      passRole({ a: '1', b: '3' }),
      false,
    ],
    [
      'two keys are an AND',
      [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEquals: { a: '1', b: '2' } } }],
      passRole({ a: '1' }),
      false,
    ],
  ])('%s', (_case, statements, access, allowed) => {
    // Statements are JSON, in which an undefined element isn't there.
    expect(judged(JSON.parse(JSON.stringify(statements)) as unknown[], access) === 'allowed').toBe(allowed);
  });

  test('says who, what, on which resource and why, in the words of AWS', () => {
    expect(judged([], describeEndpoint)).toBe(
      `User: arn:aws:sts::${account}:assumed-role/worker/local is not authorized to perform: sagemaker:DescribeEndpoint on resource: ${endpoint} because no identity-based policy allows the sagemaker:DescribeEndpoint action`,
    );
    expect(judged([allow({}), deny({})], describeEndpoint)).toBe(
      `User: arn:aws:sts::${account}:assumed-role/worker/local is not authorized to perform: sagemaker:DescribeEndpoint on resource: ${endpoint} with an explicit deny in an identity-based policy`,
    );
  });

  test('counts a policy added later, and none once the role is deleted', () => {
    const identities = createIdentities({ account });
    const role = roleWith(identities, 'worker', []);
    const caller = identities.assume(role.arn);
    expect(() => identities.authorise(describeEndpoint, caller)).toThrowError(/is not authorized/);
    identities.addPolicy(role.arn, { Version: '2012-10-17', Statement: [allow({})] });
    expect(() => identities.authorise(describeEndpoint, caller)).not.toThrow();
    identities.deleteRole(role.arn);
    expect(() => identities.authorise(describeEndpoint, caller)).toThrowError(/is not authorized/);
    expect(identities.callerOf(role.accessKeyId)).toBeUndefined();
    expect(() => identities.assume(role.arn)).toThrowError(expect.objectContaining({ code: 'NoSuchEntity' }));
  });
});

describe('createRole() refuses by name', () => {
  test.each([
    ['a condition operator', [allow({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })], '"IpAddress"'],
    ['a quantifier', [allow({ Condition: { 'ForSomeValues:StringEquals': { a: 'b' } } })], '"ForSomeValues:StringEquals"'],
    ['a policy element', [{ Effect: 'Allow', Action: '*', NotResource: '*' }], '"NotResource"'],
    ['a policy variable', [allow({ Resource: 'arn:aws:s3:::b/${aws:username}' })], '${aws:username}'],
    ['an effect', [allow({ Effect: 'allow' })], 'Effect is "allow"'],
    ['a missing resource', [{ Effect: 'Allow', Action: '*' }], 'no Resource'],
    ['what is no action', [allow({ Action: 'DescribeEndpoint' })], '"DescribeEndpoint" is no action'],
  ])('%s', (_case, statements, words) => {
    expect(() => roleWith(createIdentities({ account }), 'r', statements)).toThrowError(
      expect.objectContaining({ message: expect.stringContaining(words) as string }),
    );
  });
  test('a role that exists', () => {
    const identities = createIdentities({ account });
    roleWith(identities, 'r', []);
    expect(() => roleWith(identities, 'r', [])).toThrowError(expect.objectContaining({ code: 'EntityAlreadyExists' }));
  });
});

describe('assume()', () => {
  const arn = `arn:aws:iam::${account}:role/path/worker`;
  const source = `arn:aws:states:${region}:${account}:stateMachine:m`;
  const trusting = (Condition?: unknown) => {
    const identities = createIdentities({ account });
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'states.amazonaws.com' },
      Action: 'sts:AssumeRole',
      ...(Condition !== undefined && { Condition }),
    };
    identities.createRole({ arn, trust: { Version: '2012-10-17', Statement: [statement] }, policies: [] });
    return identities;
  };
  test('gives the role to the service its trust names, to no other', () => {
    expect(trusting().assume(arn, 'states.amazonaws.com')).toMatchObject({ kind: 'role', arn, roleName: 'worker' });
    expect(() => trusting().assume(arn, 'lambda.amazonaws.com')).toThrowError(expect.objectContaining({ code: 'AccessDenied' }));
  });
  test('asks on whose behalf, where trust does', () => {
    const identities = trusting({
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:aws:states:*:${account}:stateMachine:*` },
    });
    expect(identities.assume(arn, 'states.amazonaws.com', source).kind).toBe('role');
    expect(() => identities.assume(arn, 'states.amazonaws.com')).toThrowError(/sts:AssumeRole/);
  });
});

describe('authorise() of a service', () => {
  const rule = `arn:aws:events:${region}:${account}:rule/r`;
  const target = `arn:aws:lambda:${region}:${account}:function:f`;
  const invoke: Access = { action: 'lambda:InvokeFunction', resource: target };
  const events: Caller = { kind: 'service', arn: 'events.amazonaws.com', service: 'events.amazonaws.com', sourceArn: rule };

  test('asks the resource: service, action and source', () => {
    const identities = createIdentities({ account });
    expect(() => identities.authorise(invoke, events)).toThrowError(
      /events\.amazonaws\.com is not authorized .* because no resource-based policy allows/,
    );
    identities.addResourcePolicy(target, { principalService: 'events.amazonaws.com', action: 'lambda:InvokeFunction', sourceArn: `${rule}-other` });
    expect(() => identities.authorise(invoke, events)).toThrowError(/is not authorized/);
    identities.addResourcePolicy(target, { principalService: 'sns.amazonaws.com', action: 'lambda:InvokeFunction' });
    expect(() => identities.authorise(invoke, events)).toThrowError(/is not authorized/);
    identities.addResourcePolicy(target, { principalService: 'events.amazonaws.com', action: 'lambda:InvokeFunction', sourceArn: rule });
    expect(() => identities.authorise(invoke, events)).not.toThrow();
    identities.removeResourcePolicies(target);
    expect(() => identities.authorise(invoke, events)).toThrowError(/is not authorized/);
  });
  test('lets services publish their metrics, and what they are trusted with', () => {
    const identities = createIdentities({ account });
    const sageMaker: Caller = { kind: 'service', arn: 'x', service: 'sagemaker.amazonaws.com', sourceArn: endpoint };
    const put: Access = { action: 'cloudwatch:PutMetricData', resource: '*' };
    expect(() => identities.authorise(put, sageMaker)).not.toThrow();
    expect(() => identities.authorise({ action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' }, sageMaker)).toThrowError(/is not authorized/);
    identities.trustService('sagemaker.amazonaws.com', 's3:Get*');
    expect(() => identities.authorise({ action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' }, sageMaker)).not.toThrow();
  });
});

test('accessKeyFor() names the role, the same in every account that has it', () => {
  const [one, two] = [createIdentities({ account }), createIdentities({ account })];
  const key = roleWith(one, 'worker', []);
  expect(roleWith(two, 'worker', [])).toEqual(key);
  expect(key.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  expect(one.callerOf(key.accessKeyId)).toMatchObject({ kind: 'role', arn: key.arn });
  expect(roleWith(one, 'other', []).accessKeyId).not.toBe(key.accessKeyId);
  expect(one.callerOf('test')).toMatchObject({ kind: 'administrator' });
  expect(one.callerOf('AKIAUNKNOWN')).toBeUndefined();
});
