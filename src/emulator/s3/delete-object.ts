import type { DeleteObjectCommandInput, DeleteObjectCommandOutput } from '@aws-sdk/client-s3';
import { defineOperation } from '../operation.ts';
import { tellDeleted } from './notify.ts';
import { bucketOf, keyLimits, onObject, refuseMembers, removeObject, type S3State } from './state.ts';

export const deleteObject = defineOperation<S3State, DeleteObjectCommandInput, Omit<DeleteObjectCommandOutput, '$metadata'>>({
  name: 'DeleteObject',
  access: onObject('DeleteObject'),
  limits: keyLimits,
  run(input, state, { requestId }) {
    refuseMembers(input, 'DeleteObject', ['VersionId', 'MFA', 'BypassGovernanceRetention', 'IfMatch', 'IfMatchLastModifiedTime', 'IfMatchSize']);
    const bucket = bucketOf(state, input.Bucket);
    const { Key: key = '' } = input;
    const removed = removeObject(state, bucket, key);
    // S3 leaves a marker in the place of a key that keeps its versions, also where there was nothing.
    const marker = bucket.keepsVersions ? state.kernel.random.hex('s3/version-id', 16) : undefined;
    if (marker !== undefined || removed) tellDeleted(state, bucket, { key, md5: removed?.md5, marker }, requestId);
    return marker === undefined ? {} : { DeleteMarker: true, VersionId: marker };
  },
});
