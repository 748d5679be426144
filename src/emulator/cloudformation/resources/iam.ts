import { notEmulated } from '../../aws-error.ts';
import { defineResource, textOr } from '../resource-type.ts';

const allow = (...Action: string[]) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

/** AWS's own policies that templates commonly name, as AWS publishes them. */
const managed: Readonly<Record<string, object>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'),
  'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess': allow(
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
    'xray:GetSamplingStatisticSummaries',
  ),
};

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

export const role = defineResource({
  type: 'AWS::IAM::Role',
  properties: ['RoleName', 'Path', 'AssumeRolePolicyDocument', 'Policies', 'ManagedPolicyArns'],
  inert: ['Description', 'MaxSessionDuration', 'Tags'],
  async make(properties, { logicalId, account, identities, generatedName }) {
    const name = textOr(properties, 'RoleName', () => generatedName(64));
    const arn = `arn:aws:iam::${account}:role${textOr(properties, 'Path', () => '/')}${name}`;
    const policies = ((properties['Policies'] ?? []) as InlinePolicy[]).map(({ PolicyDocument }) => PolicyDocument);
    for (const policyArn of (properties['ManagedPolicyArns'] ?? []) as string[]) {
      const document = managed[policyArn];
      if (!document) throw notEmulated(`the managed policy ${policyArn} of the resource "${logicalId}"`);
      policies.push(document);
    }
    identities.createRole({ arn, trust: properties['AssumeRolePolicyDocument'], policies });
    return { ref: name, attributes: { Arn: arn, RoleId: name } };
  },
});

export const policy = defineResource({
  type: 'AWS::IAM::Policy',
  properties: ['PolicyName', 'PolicyDocument', 'Roles'],
  async make(properties, { account, identities, generatedName }) {
    for (const name of (properties['Roles'] ?? []) as string[]) {
      identities.addPolicy(`arn:aws:iam::${account}:role/${name}`, properties['PolicyDocument']);
    }
    return { ref: generatedName(), attributes: {} };
  },
});
