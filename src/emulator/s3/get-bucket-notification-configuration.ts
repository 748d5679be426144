import type { GetBucketNotificationConfigurationCommandInput, GetBucketNotificationConfigurationCommandOutput } from '@aws-sdk/client-s3';
import { defineOperation } from '../operation.ts';
import { bucketOf, onBucket, type S3State } from './state.ts';

export const getBucketNotificationConfiguration = defineOperation<
  S3State,
  GetBucketNotificationConfigurationCommandInput,
  Omit<GetBucketNotificationConfigurationCommandOutput, '$metadata'>
>({
  name: 'GetBucketNotificationConfiguration',
  access: onBucket('GetBucketNotification'),
  run: (input, state) => (bucketOf(state, input.Bucket).tellsEventBridge ? { EventBridgeConfiguration: {} } : {}),
});
