import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { bucketOf, checkRead, describeObject, keyLimits, noSuchKey, objectOf, onReading, readObject, refuseMembers, type S3State } from './state.ts';

/** What the wire sends: the SDK's own type has a stream for the body, which only the wire knows how to make. */
export type GetObjectAnswer = Omit<GetObjectCommandOutput, '$metadata' | 'Body'> & { readonly Body: Uint8Array };

export const getObject = defineOperation<S3State, GetObjectCommandInput, GetObjectAnswer>({
  name: 'GetObject',
  access: onReading,
  limits: keyLimits,
  run(input, state) {
    refuseMembers(input, 'GetObject', ['PartNumber', 'SSECustomerAlgorithm', 'IfModifiedSince', 'IfUnmodifiedSince']);
    const bucket = bucketOf(state, input.Bucket);
    const object = objectOf(bucket, input.Key ?? '', input.VersionId);
    if (!object) throw noSuchKey(input.Key);
    checkRead(input, object);
    const bytes = readObject(state, bucket, object);
    const range = rangeOf(input.Range, bytes.length);
    const part = range ? bytes.subarray(range.first, range.last + 1) : bytes;
    return {
      ...describeObject(object, input.ChecksumMode === 'ENABLED' && !range),
      ContentLength: part.length,
      ...(range ? { ContentRange: `bytes ${range.first}-${range.last}/${bytes.length}` } : {}),
      ...(input.ResponseContentType === undefined ? {} : { ContentType: input.ResponseContentType }),
      ServerSideEncryption: 'AES256',
      Body: part,
    };
  },
});

/**
 * `bytes=0-9`, `bytes=10-`, `bytes=-5`. S3 answers anything else with the whole object.
 *
 * @throws AwsError `InvalidRange` (416) when the object has no such byte
 */
function rangeOf(range: string | undefined, size: number): { readonly first: number; readonly last: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (!match || (from === '' && to === '') || (from !== '' && to !== '' && Number(to) < Number(from))) return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first >= size || (from === '' && Number(to) === 0)) {
    const fields = { RangeRequested: range, ActualObjectSize: size };
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416, fields });
  }
  return { first, last };
}
