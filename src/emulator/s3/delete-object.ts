import type { DeleteObjectCommandInput, DeleteObjectCommandOutput } from '@aws-sdk/client-s3';
import { defineOperation } from '../operation.ts';
import { tellDeleted } from './notify.ts';
import { type Bucket, bucketOf, keyLimits, onObject, refuseMembers, removeObject, type S3State } from './state.ts';

/**
 * Takes a key away and tells of it.
 *
 * @param requestId the call's; unset for what a service of AWS deletes
 * @returns the version's id of the marker that stays; undefined where the bucket keeps no versions
 */
export function deleteKey(state: S3State, bucket: Bucket, key: string, requestId?: string): string | undefined {
  const removed = removeObject(state, bucket, key);
  // S3 leaves a marker in the place of a key that keeps its versions, also where there was nothing.
  const marker = bucket.keepsVersions ? state.kernel.random.hex('s3/version-id', 16) : undefined;
  if (marker !== undefined || removed) tellDeleted(state, bucket, { key, md5: removed?.md5, marker }, requestId);
  return marker;
}

export const deleteObject = defineOperation<S3State, DeleteObjectCommandInput, Omit<DeleteObjectCommandOutput, '$metadata'>>({
  name: 'DeleteObject',
  access: onObject('DeleteObject'),
  limits: keyLimits,
  run(input, state, { requestId }) {
    refuseMembers(input, 'DeleteObject', ['VersionId', 'MFA', 'BypassGovernanceRetention', 'IfMatch', 'IfMatchLastModifiedTime', 'IfMatchSize']);
    const bucket = bucketOf(state, input.Bucket);
    const { Key: key = '' } = input;
    const marker = deleteKey(state, bucket, key, requestId);
    return marker === undefined ? {} : { DeleteMarker: true, VersionId: marker };
  },
});
