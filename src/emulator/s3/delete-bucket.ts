import type { DeleteBucketCommandInput } from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { bucketOf, onBucket, type S3State } from './state.ts';

export const deleteBucket = defineOperation<S3State, DeleteBucketCommandInput, Record<string, never>>({
  name: 'DeleteBucket',
  access: onBucket('DeleteBucket'),
  run(input, state) {
    const bucket = bucketOf(state, input.Bucket);
    // An earlier version keeps it as full as an object does.
    if (bucket.objects.size > 0 || bucket.earlier.size > 0) {
      const text = 'The bucket you tried to delete is not empty';
      throw new AwsError('BucketNotEmpty', text, { status: 409, fields: { BucketName: bucket.name } });
    }
    state.buckets.delete(bucket.name);
    return {};
  },
});
