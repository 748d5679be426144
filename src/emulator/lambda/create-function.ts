import type { CreateFunctionCommandInput, FunctionConfiguration } from '@aws-sdk/client-lambda';
import { AwsError, notEmulated } from '../aws-error.ts';
import { arnOf } from '../kernel.ts';
import { type Call, defineOperation } from '../operation.ts';
import { type CodePackage, codePackage } from './code.ts';
import { arnNamed, configurationOf, type FunctionVersion, type LambdaFunction, referenceOf } from './function.ts';
import { publish } from './publish-version.ts';
import { settingsFrom, settingsLimits } from './settings.ts';
import type { LambdaState } from './state.ts';

async function codeFrom(code: CreateFunctionCommandInput['Code'], state: LambdaState, call: Call): Promise<CodePackage> {
  if (code?.ZipFile) return codePackage(code.ZipFile);
  if (code?.ImageUri !== undefined) throw notEmulated('Lambda functions from container images');
  if (code?.S3Bucket === undefined || code.S3Key === undefined) {
    throw new AwsError('InvalidParameterValueException', 'Please provide a source for function code.', { fields: { Type: 'User' } });
  }
  try {
    const { Body } = (await state.kernel.cloud.call('s3', 'GetObject', { Bucket: code.S3Bucket, Key: code.S3Key }, call.caller)) as {
      Body: Uint8Array;
    };
    return codePackage(Body);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(
      'InvalidParameterValueException',
      `Error occurred while GetObject. S3 Error Code: ${cause.code}. S3 Error Message: ${cause.message}`,
      {
        cause,
        fields: { Type: 'User' },
      },
    );
  }
}

/** Creates a function from a zip. It is `Active` at once: AWS's `Pending` seconds aren't emulated. */
export const createFunction = defineOperation<LambdaState, CreateFunctionCommandInput, FunctionConfiguration>({
  name: 'CreateFunction',
  access: (input, { kernel }) => [
    { action: 'lambda:CreateFunction', resource: arnNamed(kernel, input.FunctionName) },
    { action: 'iam:PassRole', resource: input.Role ?? '*', context: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  ],
  limits: settingsLimits,
  async run(input, state, call) {
    const { kernel } = state;
    const { name } = referenceOf(input.FunctionName ?? '');
    if (state.functions.has(name)) {
      throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, { status: 409, fields: { Type: 'User' } });
    }
    const settings = settingsFrom('CreateFunction', name, input);
    try {
      kernel.cloud.assume(settings.roleArn, 'lambda.amazonaws.com');
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      throw new AwsError('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.', {
        cause,
        fields: { Type: 'User' },
      });
    }
    const latest: FunctionVersion = {
      functionName: name,
      version: '$LATEST',
      settings,
      code: await codeFrom(input.Code, state, call),
      modifiedAtMs: kernel.clock.now(),
      revisionId: kernel.random.uuid('lambda/revision-id'),
    };
    const fn: LambdaFunction = {
      name,
      arn: arnOf(kernel, 'lambda', `function:${name}`),
      latest,
      published: [],
      running: 0,
      tags: input.Tags ?? {},
      asyncConfigs: new Map(),
      permissions: [],
    };
    state.functions.set(name, fn);
    return input.Publish === true ? configurationOf(fn, publish(state, fn), true) : configurationOf(fn, latest, false);
  },
});
