import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import { AwsError, notEmulated } from '../aws-error.ts';
import { isDestination } from './asynchronous.ts';
import type { AsyncConfig, LambdaFunction } from './function.ts';

/** A configuration as AWS shows it. */
export const configShown = (fn: LambdaFunction, qualifier: string, config: AsyncConfig): FunctionEventInvokeConfig => ({
  LastModified: new Date(config.modifiedAtMs),
  FunctionArn: `${fn.arn}:${qualifier}`,
  ...(config.MaximumRetryAttempts !== undefined && { MaximumRetryAttempts: config.MaximumRetryAttempts }),
  ...(config.MaximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds: config.MaximumEventAgeInSeconds }),
  DestinationConfig: { OnSuccess: {}, OnFailure: {}, ...config.DestinationConfig },
});

/** @throws AwsError `InvalidParameterValueException` for what is no destination; `NotEmulated` for S3 */
export function checkDestination(arn: string | undefined): void {
  if (arn === undefined || arn === '' || isDestination(arn)) return;
  if (arn.startsWith('arn:aws:s3:')) throw notEmulated('S3 buckets as destinations of asynchronous invocations');
  throw new AwsError(
    'InvalidParameterValueException',
    `The provided destination ${arn} is invalid: expected an SQS queue, SNS topic, Lambda function or event bus`,
    {
      fields: { Type: 'User' },
    },
  );
}
