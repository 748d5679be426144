import { strToU8, zipSync } from 'fflate';
import { AwsError, notEmulated } from '../../aws-error.ts';
import { defineResource, picked, tagMap, textOr } from '../resource-type.ts';

interface Code {
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly ZipFile?: string;
  readonly [other: string]: unknown;
}

/** The zip a function's code stands for: a file of the package, or text written in the template. */
function zipOf(code: Code, logicalId: string, artifact: (s3Key: string) => Uint8Array): Uint8Array {
  const unknown = Object.keys(code).find((name) => !['S3Bucket', 'S3Key', 'ZipFile', 'SourceKMSKeyArn'].includes(name));
  if (unknown !== undefined) throw notEmulated(`the property Code.${unknown} of the resource "${logicalId}"`);
  // CloudFormation puts inline text into a file of this name. Its time is fixed, so that the same text has the same hash.
  if (code.ZipFile !== undefined) return zipSync({ 'index.js': [strToU8(code.ZipFile), { mtime: '1980-01-01' }] });
  if (code.S3Key === undefined) throw new AwsError('ValidationError', `The resource "${logicalId}" has no Code.S3Key`);
  return artifact(code.S3Key);
}

export const lambdaFunction = defineResource({
  type: 'AWS::Lambda::Function',
  properties: [
    'Code',
    'FunctionName',
    'Handler',
    'Runtime',
    'Role',
    'Description',
    'Timeout',
    'MemorySize',
    'Environment',
    'DeadLetterConfig',
    'TracingConfig',
    'Architectures',
    'EphemeralStorage',
    'LoggingConfig',
    'PackageType',
    'Layers',
    'VpcConfig',
    'SnapStart',
    'ReservedConcurrentExecutions',
    'Tags',
  ],
  inert: ['RecursiveLoop', 'RuntimeManagementConfig', 'KmsKeyArn'],
  async make(properties, { logicalId, call, generatedName, artifact }) {
    const { Code, ReservedConcurrentExecutions, Tags, FunctionName: _name, ...settings } = properties;
    const name = textOr(properties, 'FunctionName', () => generatedName(64));
    const created = await call('lambda', 'CreateFunction', {
      ...settings,
      FunctionName: name,
      Code: { ZipFile: zipOf((Code ?? {}) as Code, logicalId, artifact) },
      Tags: tagMap(Tags),
    });
    if (ReservedConcurrentExecutions !== undefined) {
      await call('lambda', 'PutFunctionConcurrency', { FunctionName: name, ReservedConcurrentExecutions });
    }
    return { ref: name, attributes: { Arn: String(created['FunctionArn']) } };
  },
});

export const lambdaPermission = defineResource({
  type: 'AWS::Lambda::Permission',
  properties: [
    'Action',
    'FunctionName',
    'Principal',
    'SourceArn',
    'SourceAccount',
    'FunctionUrlAuthType',
    'EventSourceToken',
    'PrincipalOrgID',
    'InvokedViaFunctionUrl',
  ],
  async make(properties, { call, generatedName }) {
    const id = generatedName(100);
    await call('lambda', 'AddPermission', { ...properties, StatementId: id });
    return { ref: id, attributes: { Id: id } };
  },
});

export const lambdaVersion = defineResource({
  type: 'AWS::Lambda::Version',
  properties: ['FunctionName', 'CodeSha256', 'Description'],
  async make(properties, { call }) {
    const published = await call('lambda', 'PublishVersion', properties);
    const arn = String(published['FunctionArn']);
    return { ref: arn, attributes: { Version: String(published['Version']), FunctionArn: arn } };
  },
});

export const lambdaUrl = defineResource({
  type: 'AWS::Lambda::Url',
  properties: ['TargetFunctionArn', 'AuthType', 'InvokeMode', 'Qualifier', 'Cors'],
  async make({ TargetFunctionArn, ...properties }, { call }) {
    const created = await call('lambda', 'CreateFunctionUrlConfig', { ...properties, FunctionName: TargetFunctionArn });
    const arn = String(created['FunctionArn']);
    return { ref: arn, attributes: { FunctionArn: arn, FunctionUrl: String(created['FunctionUrl']) } };
  },
});

export const lambdaEventInvokeConfig = defineResource({
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig'],
  async make(properties, { call, generatedName }) {
    await call(
      'lambda',
      'PutFunctionEventInvokeConfig',
      picked(properties, ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig']),
    );
    return { ref: generatedName(), attributes: {} };
  },
});
