import * as applicationautoscaling from '@aws-sdk/client-application-auto-scaling';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as cloudwatchlogs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ecr from '@aws-sdk/client-ecr';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import * as sagemakerruntime from '@aws-sdk/client-sagemaker-runtime';
import * as sfn from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import { modelledErrors } from '../../../../src/emulator/states/integrations/modelled-errors.ts';

const packages: Record<keyof typeof modelledErrors, object> = {
  applicationautoscaling,
  cloudwatch,
  cloudwatchlogs,
  dynamodb,
  ecr,
  eventbridge,
  lambda,
  s3,
  sagemaker,
  sagemakerruntime,
  sfn,
  sns,
  sqs,
  sts,
};

/** Names of the errors an SDK package exports: the classes below its own service exception. */
function errorsOf(sdk: object): string[] {
  const isError = (value: unknown): value is { new (options: object): Error; readonly prototype: Error } =>
    typeof value === 'function' && value.prototype instanceof Error;
  return Object.values(sdk)
    .filter(isError)
    .filter((error) => Object.values(sdk).includes(Object.getPrototypeOf(error)))
    .map((error) => new error({ message: '', $metadata: {} }).name)
    .sort();
}

it.each(Object.entries(packages))('modelledErrors of %s are those of its SDK package', (name, sdk) => {
  const known: readonly string[] = modelledErrors[name as keyof typeof modelledErrors]; // A key of `packages`, which has the same.
  expect([...known].sort()).toEqual(errorsOf(sdk));
});
