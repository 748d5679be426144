import type { BucketLocationConstraint, GetBucketLocationCommandInput, GetBucketLocationCommandOutput } from '@aws-sdk/client-s3';
import { defineOperation } from '../operation.ts';
import { bucketOf, onBucket, type S3State } from './state.ts';

export const getBucketLocation = defineOperation<S3State, GetBucketLocationCommandInput, Omit<GetBucketLocationCommandOutput, '$metadata'>>({
  name: 'GetBucketLocation',
  access: onBucket('GetBucketLocation'),
  run(input, state) {
    bucketOf(state, input.Bucket);
    const { region } = state.kernel;
    // us-east-1 has no constraint. The SDK lists the regions it knew; AWS's own list only grows.
    return region === 'us-east-1' ? {} : { LocationConstraint: region as BucketLocationConstraint };
  },
});
