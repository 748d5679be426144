import type { CreateFunctionCommandInput, UpdateFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import { AwsError, notEmulated } from '../aws-error.ts';
import type { Limits } from '../operation.ts';
import type { FunctionSettings } from './function.ts';

const invalid = (message: string) => new AwsError('InvalidParameterValueException', message, { fields: { Type: 'User' } });

/** Runtimes whose functions Node 24 can run as AWS does. */
const runtimes = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const;

export const functionNameLimit = {
  min: 1,
  max: 170,
  pattern: /(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_.]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?/,
};

/** Limits that `CreateFunction` and `UpdateFunctionConfiguration` share. */
export const settingsLimits: Limits = {
  FunctionName: functionNameLimit,
  Handler: { max: 128, pattern: /[^\s]+/ },
  Description: { max: 256 },
  Timeout: { min: 1, max: 900 },
  MemorySize: { min: 128, max: 10_240 },
  Role: { pattern: /arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+/ },
  'EphemeralStorage.Size': { min: 512, max: 10_240 },
  'TracingConfig.Mode': { oneOf: ['Active', 'PassThrough'] },
};

const reservedKeys = new Set([
  '_HANDLER',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

function checkVariables(variables: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(variables).filter((name) => reservedKeys.has(name));
  if (reserved.length > 0) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const bad = Object.keys(variables).find((name) => !/^[a-zA-Z]\w+$/.test(name));
  if (bad !== undefined) throw invalid(`Environment variable name "${bad}" must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+`);
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > 4096) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${measured}`,
    );
  }
}

/** Members that change nothing we emulate when they have these values. */
const inert: Readonly<Record<string, (value: unknown) => boolean>> = {
  FunctionName: () => true,
  Role: () => true,
  Handler: () => true,
  Runtime: () => true,
  Description: () => true,
  Timeout: () => true,
  MemorySize: () => true,
  Environment: () => true,
  DeadLetterConfig: () => true,
  TracingConfig: () => true,
  Architectures: () => true,
  EphemeralStorage: () => true,
  LoggingConfig: (value) => ((value as { LogFormat?: string }).LogFormat ?? 'Text') === 'Text',
  Code: () => true,
  Tags: () => true,
  Publish: () => true,
  RevisionId: () => true,
  PackageType: (value) => value === 'Zip',
  Layers: (value) => (value as unknown[]).length === 0,
  VpcConfig: (value) => ((value as { SubnetIds?: unknown[] }).SubnetIds ?? []).length === 0,
  SnapStart: (value) => (value as { ApplyOn?: string }).ApplyOn !== 'PublishedVersions',
};

type SettingsInput = Partial<Omit<CreateFunctionCommandInput, 'Code'>> & Partial<UpdateFunctionConfigurationCommandInput>;

/**
 * The settings an input asks for, over those there are.
 *
 * @param previous unset for a new function
 * @throws AwsError `InvalidParameterValueException`; `NotEmulated` for a member we'd have to ignore
 */
export function settingsFrom(operation: string, functionName: string, input: SettingsInput, previous?: FunctionSettings): FunctionSettings {
  for (const [member, value] of Object.entries(input)) {
    if (value !== undefined && !inert[member]?.(value)) throw notEmulated(`lambda:${operation} with ${member} ${JSON.stringify(value)}`);
  }
  const runtime = input.Runtime ?? previous?.runtime;
  if (runtime === undefined || input.Handler === '') {
    throw invalid('Runtime and Handler are mandatory parameters for functions created with deployment packages.');
  }
  if (!runtimes.some((known) => known === runtime)) throw notEmulated(`the Lambda runtime "${runtime}"`);
  const handler = input.Handler ?? previous?.handler;
  const roleArn = input.Role ?? previous?.roleArn;
  if (handler === undefined || roleArn === undefined) {
    throw invalid('Runtime and Handler are mandatory parameters for functions created with deployment packages.');
  }
  const variables = input.Environment?.Variables ?? previous?.variables ?? {};
  checkVariables(variables);
  // An empty ARN takes the queue away.
  const deadLetterArn = input.DeadLetterConfig ? input.DeadLetterConfig.TargetArn || undefined : previous?.deadLetterArn;
  if (deadLetterArn !== undefined && !/^arn:[\w-]+:(sqs|sns):/.test(deadLetterArn)) {
    throw invalid(`The provided dead-letter target ${deadLetterArn} is neither an SQS queue nor an SNS topic`);
  }
  return {
    handler,
    runtime,
    roleArn,
    description: input.Description ?? previous?.description ?? '',
    timeoutSeconds: input.Timeout ?? previous?.timeoutSeconds ?? 3,
    memoryMb: input.MemorySize ?? previous?.memoryMb ?? 128,
    variables,
    ...(deadLetterArn !== undefined && { deadLetterArn }),
    tracing: input.TracingConfig?.Mode ?? previous?.tracing ?? 'PassThrough',
    architectures: input.Architectures ?? previous?.architectures ?? ['x86_64'],
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? previous?.ephemeralStorageMb ?? 512,
    logGroup: input.LoggingConfig?.LogGroup ?? previous?.logGroup ?? `/aws/lambda/${functionName}`,
  };
}
