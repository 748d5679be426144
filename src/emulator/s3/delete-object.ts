import type { DeleteObjectCommandInput, DeleteObjectCommandOutput } from '@aws-sdk/client-s3';
import { defineOperation } from '../operation.ts';
import { bucketOf, keyLimits, onObject, refuseMembers, removeObject, type S3State } from './state.ts';

export const deleteObject = defineOperation<S3State, DeleteObjectCommandInput, Omit<DeleteObjectCommandOutput, '$metadata'>>({
  name: 'DeleteObject',
  access: onObject('DeleteObject'),
  limits: keyLimits,
  run(input, state) {
    refuseMembers(input, 'DeleteObject', ['VersionId', 'MFA', 'BypassGovernanceRetention', 'IfMatch', 'IfMatchLastModifiedTime', 'IfMatchSize']);
    removeObject(state, bucketOf(state, input.Bucket), input.Key ?? '');
    return {};
  },
});
