import type { PutBucketNotificationConfigurationCommandInput } from '@aws-sdk/client-s3';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { bucketOf, onBucket, type S3State } from './state.ts';

export const putBucketNotificationConfiguration = defineOperation<S3State, PutBucketNotificationConfigurationCommandInput, Record<string, never>>({
  name: 'PutBucketNotificationConfiguration',
  access: onBucket('PutBucketNotification'),
  run(input, state) {
    const bucket = bucketOf(state, input.Bucket);
    const { EventBridgeConfiguration: eventBridge, ...others } = input.NotificationConfiguration ?? {};
    const [other] = Object.entries(others).find(([, value]) => Array.isArray(value) && value.length > 0) ?? [];
    if (other !== undefined) throw notEmulated(`${other} of s3:PutBucketNotificationConfiguration`);
    // What is put replaces what was there: without the member the bus is told nothing any more.
    bucket.tellsEventBridge = eventBridge !== undefined;
    return {};
  },
});
