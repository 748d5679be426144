import type { CreateBucketCommandInput, CreateBucketCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { isBucketName, onBucket, refuseMembers, type S3State } from './state.ts';

export const createBucket = defineOperation<S3State, CreateBucketCommandInput, Omit<CreateBucketCommandOutput, '$metadata'>>({
  name: 'CreateBucket',
  access: onBucket('CreateBucket'),
  run(input, { kernel, buckets }) {
    refuseMembers(input, 'CreateBucket', ['ACL', 'GrantFullControl', 'GrantRead', 'GrantReadACP', 'GrantWrite', 'GrantWriteACP']);
    if (input.ObjectLockEnabledForBucket) refuseMembers(input, 'CreateBucket', ['ObjectLockEnabledForBucket']);
    const name = input.Bucket ?? '';
    if (!isBucketName(name)) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', { fields: { BucketName: name } });
    // The oldest region is the one without a constraint.
    const asked = input.CreateBucketConfiguration?.LocationConstraint;
    if ((asked ?? 'us-east-1') !== kernel.region) {
      throw new AwsError(
        'IllegalLocationConstraintException',
        `The ${asked ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      );
    }
    if (buckets.has(name)) {
      const text = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new AwsError('BucketAlreadyOwnedByYou', text, { status: 409, fields: { BucketName: name } });
    }
    buckets.set(name, {
      name,
      createdAtMs: kernel.clock.now(),
      objects: new Map(),
      earlier: new Map(),
      keepsVersions: false,
      tellsEventBridge: false,
    });
    return { Location: kernel.region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/` };
  },
});
