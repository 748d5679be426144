import type { HeadObjectCommandInput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { checkRead, describeObject, keyLimits, objectOf, onReading, refuseMembers, type S3State } from './state.ts';

export const headObject = defineOperation<S3State, HeadObjectCommandInput, Omit<HeadObjectCommandOutput, '$metadata'>>({
  name: 'HeadObject',
  access: onReading,
  limits: keyLimits,
  run(input, { buckets }) {
    refuseMembers(input, 'HeadObject', ['PartNumber', 'Range', 'SSECustomerAlgorithm', 'IfModifiedSince', 'IfUnmodifiedSince']);
    const object = objectOf(buckets.get(input.Bucket ?? ''), input.Key ?? '', input.VersionId);
    // A HEAD answer has no body: a missing bucket and a missing key look alike.
    if (!object) throw new AwsError('NotFound', 'Not Found', { status: 404 });
    checkRead(input, object);
    return { ...describeObject(object, input.ChecksumMode === 'ENABLED'), ContentLength: object.sizeInBytes, ServerSideEncryption: 'AES256' };
  },
});
