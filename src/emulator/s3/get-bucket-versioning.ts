import type { GetBucketVersioningCommandInput, GetBucketVersioningCommandOutput } from '@aws-sdk/client-s3';
import { defineOperation } from '../operation.ts';
import { bucketOf, onBucket, type S3State } from './state.ts';

/** A bucket that never kept versions has no status at all. */
export const getBucketVersioning = defineOperation<S3State, GetBucketVersioningCommandInput, Omit<GetBucketVersioningCommandOutput, '$metadata'>>({
  name: 'GetBucketVersioning',
  access: onBucket('GetBucketVersioning'),
  run: (input, state) => (bucketOf(state, input.Bucket).keepsVersions ? { Status: 'Enabled' } : {}),
});
