import type { PutBucketVersioningCommandInput } from '@aws-sdk/client-s3';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { bucketOf, onBucket, refuseMembers, type S3State } from './state.ts';

export const putBucketVersioning = defineOperation<S3State, PutBucketVersioningCommandInput, Record<string, never>>({
  name: 'PutBucketVersioning',
  access: onBucket('PutBucketVersioning'),
  run(input, state) {
    refuseMembers(input, 'PutBucketVersioning', ['MFA']);
    const bucket = bucketOf(state, input.Bucket);
    const { Status: status, MFADelete: mfaDelete } = input.VersioningConfiguration ?? {};
    if (mfaDelete === 'Enabled') throw notEmulated('MFADelete of s3:PutBucketVersioning');
    if (status === 'Suspended') throw notEmulated('Status Suspended of s3:PutBucketVersioning');
    if (status !== 'Enabled') {
      const text = 'The Versioning element must be specified';
      throw new AwsError('IllegalVersioningConfigurationException', text);
    }
    bucket.keepsVersions = true;
    return {};
  },
});
