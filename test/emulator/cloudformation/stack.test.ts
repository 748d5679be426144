import { describe, expect, it } from 'vitest';
import { makeStack, type Stack } from '../../../src/emulator/cloudformation/stack.ts';
import { parseTemplate } from '../../../src/emulator/cloudformation/template.ts';
import { createIdentities } from '../../../src/emulator/iam/identities.ts';
import { administrator, type RecordedCall, testKernel } from '../kernel.ts';

const account = '000000000000';

/** Makes a stack whose services answer only with what its resources read from them. */
async function made(
  template: object,
  options: { parameters?: Record<string, string>; artifacts?: Record<string, string> } = {},
): Promise<Stack & { calls: RecordedCall[] }> {
  const calls: RecordedCall[] = [];
  const kernel = testKernel({
    cloud: {
      async call(service, operation, input, caller) {
        calls.push({ service, operation, input, caller });
        const { Name, QueueName, FunctionName, name } = input as Record<string, string>;
        const arn = (what: string, rest: string | undefined) => `arn:aws:${what}:eu-west-1:${account}:${rest ?? ''}`;
        return {
          QueueUrl: `http://queues/${QueueName}`,
          TopicArn: arn('sns', Name),
          FunctionArn: arn('lambda', `function:${FunctionName}`),
          RuleArn: arn('events', `rule/${Name}`),
          stateMachineArn: arn('states', `stateMachine:${name}`),
        };
      },
    },
  });
  const stack = await makeStack({
    kernel,
    identities: createIdentities({ account }),
    administrator,
    stackName: 'shop-dev',
    template: parseTemplate(JSON.stringify(template)),
    parameters: options.parameters ?? {},
    artifact: (file) => (options.artifacts?.[file] === undefined ? undefined : Buffer.from(options.artifacts[file])),
  });
  return { ...stack, calls };
}

const bucket = (name: unknown) => ({ Type: 'AWS::S3::Bucket', Properties: { BucketName: name } });
const valueOf = async (value: unknown, rest: object = {}, parameters?: Record<string, string>) =>
  (await made({ Resources: { Things: bucket('things') }, Outputs: { Value: { Value: value } }, ...rest }, parameters ? { parameters } : {})).outputs[
    'Value'
  ];

describe('intrinsic functions', () => {
  // Values from AWS's own pages on each function and pseudo parameter.
  it.each<[string, unknown, string]>([
    ['Ref of a resource', { Ref: 'Things' }, 'things'],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Things', 'Arn'] }, 'arn:aws:s3:::things'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Things.Arn' }, 'arn:aws:s3:::things'],
    ['Fn::Sub', { 'Fn::Sub': '${Things}|${Things.Arn}|${AWS::Region}|${!Literal}' }, 'things|arn:aws:s3:::things|eu-west-1|${Literal}'],
    ['Fn::Sub with values', { 'Fn::Sub': ['www.${Domain}/${AWS::AccountId}', { Domain: { Ref: 'Things' } }] }, 'www.things/000000000000'],
    ['Fn::Join', { 'Fn::Join': [':', ['a', 'b', { Ref: 'AWS::Partition' }]] }, 'a:b:aws'],
    ['Fn::Select', { 'Fn::Select': ['1', ['apples', 'grapes']] }, 'grapes'],
    ['Fn::Split', { 'Fn::Select': [2, { 'Fn::Split': ['|', 'a|b|c'] }] }, 'c'],
    ['Fn::Base64', { 'Fn::Base64': 'AWS CloudFormation' }, 'QVdTIENsb3VkRm9ybWF0aW9u'],
    ['Ref of AWS::StackName', { Ref: 'AWS::StackName' }, 'shop-dev'],
    ['Ref of AWS::URLSuffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
  ])('%s', async (_name, value, expected) => {
    expect(await valueOf(value)).toBe(expected);
  });

  it('Fn::FindInMap and parameters, given and by default', async () => {
    const rest = { Mappings: { Sizes: { dev: { Count: '1' }, prod: { Count: '9' } } }, Parameters: { Stage: { Type: 'String', Default: 'dev' } } };
    const find = { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'Count'] };
    expect(await valueOf(find, rest)).toBe('1');
    expect(await valueOf(find, rest, { Stage: 'prod' })).toBe('9');
  });

  it('conditions with Equals, And, Or and Not decide Fn::If, resources, outputs and AWS::NoValue', async () => {
    const template = {
      Parameters: { Stage: { Type: 'String' }, Quiet: { Type: 'String', Default: 'no' } },
      Conditions: {
        IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
        IsQuiet: { 'Fn::Equals': [{ Ref: 'Quiet' }, 'yes'] },
        Loud: { 'Fn::And': [{ Condition: 'IsProd' }, { 'Fn::Not': [{ Condition: 'IsQuiet' }] }] },
        Either: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsQuiet' }] },
      },
      Resources: {
        Always: {
          Type: 'AWS::SNS::Topic',
          Properties: { TopicName: 'always', DisplayName: { 'Fn::If': ['Loud', 'LOUD', { Ref: 'AWS::NoValue' }] } },
        },
        Sometimes: { ...bucket('sometimes'), Condition: 'Either' },
      },
      Outputs: { Word: { Value: { 'Fn::If': ['Loud', 'loud', 'still'] } }, Rare: { Condition: 'Loud', Value: { Ref: 'Sometimes' } } },
    };
    const prod = await made(template, { parameters: { Stage: 'prod' } });
    expect(prod.outputs).toEqual({ Word: 'loud', Rare: 'sometimes' });
    expect(prod.calls[0]?.input).toEqual({ Name: 'always', Attributes: { DisplayName: 'LOUD' } });
    const dev = await made(template, { parameters: { Stage: 'dev' } });
    expect(dev.outputs).toEqual({ Word: 'still' });
    expect(dev.calls.map(({ input }) => input)).toEqual([{ Name: 'always' }]);
  });

  it.each([
    ['Fn::ImportValue', { 'Fn::ImportValue': 'other' }],
    ['Fn::GetAZs', { 'Fn::GetAZs': '' }],
    ['Fn::Transform', { 'Fn::Transform': {} }],
  ])('refuses %s by name, with the resource that has it', async (name, value) => {
    const refused = made({ Resources: { Things: bucket(value) } });
    await expect(refused).rejects.toMatchObject({ code: 'NotEmulated' });
    await expect(refused).rejects.toThrow(new RegExp(`${name}.*"Things"`));
  });

  it('refuses references to nothing', async () => {
    await expect(made({ Resources: { Things: bucket({ Ref: 'Nobody' }) } })).rejects.toThrow(/Unresolved resource dependencies \[Nobody\].*"Things"/);
    await expect(made({ Resources: { Things: bucket('a') }, Parameters: { Stage: { Type: 'String' } } })).rejects.toThrow(
      'Parameters: [Stage] must have values',
    );
    await expect(made({ Resources: { Things: bucket('a') } }, { parameters: { Stage: 'x' } })).rejects.toThrow(
      'Parameters: [Stage] do not exist in the template',
    );
  });
});

describe('order', () => {
  it('makes what is referred to or depended on first, otherwise as the template has it', async () => {
    const { calls } = await made({
      Resources: {
        D: { ...bucket('d'), DependsOn: 'C' },
        A: bucket({ 'Fn::Sub': '${B}-a' }),
        B: bucket('b'),
        C: bucket({ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['E', 'DomainName'] }]] }),
        E: bucket('e'),
      },
    });
    expect(calls.map(({ input }) => (input as { Bucket: string }).Bucket)).toEqual(['e', 'e.s3.amazonaws.com', 'd', 'b', 'b-a']);
  });

  it('names the circle', async () => {
    await expect(made({ Resources: { A: bucket({ Ref: 'B' }), B: bucket({ Ref: 'A' }) } })).rejects.toThrow(
      'Circular dependency between resources: [A, B]',
    );
  });
});

describe('what is not known', () => {
  it.each([
    ['AWS::SageMaker::Endpoint', {}],
    ['AWS::Lambda::EventSourceMapping', {}],
    ['AWS::EC2::Instance', {}],
  ])('refuses %s by name, before anything is made', async (type, properties) => {
    const calls: unknown[] = [];
    const refused = made({ Resources: { First: bucket('first'), Odd: { Type: type, Properties: properties } } }).then((stack) =>
      calls.push(...stack.calls),
    );
    await expect(refused).rejects.toMatchObject({ code: 'NotEmulated', message: expect.stringContaining(`${type} ("Odd")`) as unknown });
    expect(calls).toEqual([]);
  });

  it('refuses a property, a member of a property and an attribute by name', async () => {
    await expect(made({ Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { Colour: 'red' } } } })).rejects.toThrow(
      'the property Colour of AWS::SQS::Queue ("Q")',
    );
    const rule = {
      Type: 'AWS::Events::Rule',
      Properties: { Name: 'r', ScheduleExpression: 'rate(1 minute)', Targets: [{ Id: 'a', Arn: 'arn:x', Colour: 'red' }] },
    };
    await expect(made({ Resources: { R: rule } })).rejects.toThrow(/"R" \(AWS::Events::Rule\).*Targets\.0\.Colour/);
    await expect(made({ Resources: { Things: bucket('a') }, Outputs: { X: { Value: { 'Fn::GetAtt': ['Things', 'WebsiteURL'] } } } })).rejects.toThrow(
      'the attribute WebsiteURL of AWS::S3::Bucket ("Things")',
    );
    await expect(made({ Transform: 'AWS::Serverless-2016-10-31', Resources: {} })).rejects.toThrow('the section Transform');
  });

  it('refuses a managed policy whose document it has not, and takes the two it has', async () => {
    const role = (arn: string) => ({
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        ManagedPolicyArns: [arn],
      },
    });
    await expect(made({ Resources: { R: role('arn:aws:iam::aws:policy/AdministratorAccess') } })).rejects.toThrow(
      /AdministratorAccess of the resource "R"/,
    );
    const { resources } = await made({ Resources: { R: role('arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole') } });
    expect(resources.get('R')?.physicalId).toMatch(/^shop-dev-R-[0-9A-F]{12}$/);
  });
});

describe('resources', () => {
  it('a bucket keeps versions and tells EventBridge where its properties say so, and nobody else', async () => {
    const told = (NotificationConfiguration: object) => ({
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: 'b', VersioningConfiguration: { Status: 'Enabled' }, NotificationConfiguration },
    });
    const { calls } = await made({ Resources: { B: told({ EventBridgeConfiguration: { EventBridgeEnabled: 'true' } }) } });
    expect(calls.slice(1).map(({ operation, input }) => [operation, input])).toEqual([
      ['PutBucketVersioning', { Bucket: 'b', VersioningConfiguration: { Status: 'Enabled' } }],
      ['PutBucketNotificationConfiguration', { Bucket: 'b', NotificationConfiguration: { EventBridgeConfiguration: {} } }],
    ]);
    const { calls: silent } = await made({ Resources: { B: told({ EventBridgeConfiguration: { EventBridgeEnabled: false } }) } });
    expect(silent.at(-1)?.input).toEqual({ Bucket: 'b', NotificationConfiguration: {} });
    await expect(made({ Resources: { B: told({ LambdaConfigurations: [] }) } })).rejects.toThrow(
      'LambdaConfigurations in NotificationConfiguration of AWS::S3::Bucket',
    );
  });

  it('text becomes number and boolean where the API wants one', async () => {
    const { calls } = await made({
      Parameters: { Days: { Type: 'Number', Default: 14 }, Retries: { Type: 'String', Default: '1' } },
      Resources: {
        Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/a', RetentionInDays: { Ref: 'Days' } } },
        Config: {
          Type: 'AWS::Lambda::EventInvokeConfig',
          Properties: { FunctionName: 'f', Qualifier: '$LATEST', MaximumRetryAttempts: { Ref: 'Retries' } },
        },
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', VisibilityTimeout: 30, RedrivePolicy: { maxReceiveCount: 3 } } },
      },
    });
    expect(calls.map(({ operation, input }) => [operation, input])).toEqual([
      ['CreateLogGroup', { logGroupName: '/a' }],
      ['PutRetentionPolicy', { logGroupName: '/a', retentionInDays: 14 }],
      ['PutFunctionEventInvokeConfig', { FunctionName: 'f', Qualifier: '$LATEST', MaximumRetryAttempts: 1 }],
      ['CreateQueue', { QueueName: 'q', Attributes: { VisibilityTimeout: '30', RedrivePolicy: '{"maxReceiveCount":3}' } }],
    ]);
  });

  it('a function takes its zip from the package by the last part of its key, and its concurrency from a call of its own', async () => {
    const template = {
      Resources: {
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            FunctionName: 'f',
            Code: { S3Bucket: 'any', S3Key: 'serverless/shop/dev/1795398938339-2026/f.zip' },
            Role: 'arn:aws:iam::000000000000:role/r',
            ReservedConcurrentExecutions: 3,
            Tags: [{ Key: 'STAGE', Value: 'dev' }],
          },
        },
      },
    };
    const { calls, resources } = await made(template, { artifacts: { 'f.zip': 'zip' } });
    expect(calls.map(({ operation, input }) => [operation, input])).toEqual([
      [
        'CreateFunction',
        { FunctionName: 'f', Role: 'arn:aws:iam::000000000000:role/r', Code: { ZipFile: Buffer.from('zip') }, Tags: { STAGE: 'dev' } },
      ],
      ['PutFunctionConcurrency', { FunctionName: 'f', ReservedConcurrentExecutions: 3 }],
    ]);
    expect(resources.get('F')).toEqual({ type: 'AWS::Lambda::Function', physicalId: 'f' });
    await expect(made(template)).rejects.toThrow('The package has no file "f.zip"');
  });

  it('a state machine takes its definition with substitutions, as text or as an object', async () => {
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Comment: '${word}', End: true } } };
    const machine = (properties: object) => ({
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { StateMachineName: 'm', RoleArn: 'arn:r', ...properties },
    });
    const { calls } = await made({
      Resources: {
        Text: machine({
          DefinitionString: { 'Fn::Sub': ['{"Comment":"${X}"}', { X: 'y' }] },
          TracingConfiguration: { Enabled: true },
          LoggingConfiguration: { Level: 'ALL' },
        }),
        Tree: machine({ Definition: definition, DefinitionSubstitutions: { word: 'hello' } }),
      },
    });
    expect(calls.map(({ input }) => input)).toEqual([
      { name: 'm', definition: '{"Comment":"y"}', roleArn: 'arn:r', tracingConfiguration: { enabled: true } },
      { name: 'm', definition: JSON.stringify(definition).replace('${word}', 'hello'), roleArn: 'arn:r' },
    ]);
  });
});
