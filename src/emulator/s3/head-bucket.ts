import type { HeadBucketCommandInput, HeadBucketCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { onBucket, type S3State } from './state.ts';

export const headBucket = defineOperation<S3State, HeadBucketCommandInput, Omit<HeadBucketCommandOutput, '$metadata'>>({
  name: 'HeadBucket',
  access: onBucket('ListBucket'),
  run(input, { kernel, buckets }) {
    // A HEAD answer has no body, so the code is all there is.
    if (!buckets.has(input.Bucket ?? '')) throw new AwsError('NotFound', 'Not Found', { status: 404 });
    return { BucketRegion: kernel.region, AccessPointAlias: false };
  },
});
