import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { bucketOf, byKey, keysBelow, lastModified, onBucket, refuseMembers, type S3State, type StoredObject } from './state.ts';

/** A page holds at most this many keys and common prefixes together. */
const largestPage = 1_000;

/** An object, or all that share a prefix up to the delimiter. */
type Row = { readonly kind: 'object'; readonly at: string; readonly object: StoredObject } | { readonly kind: 'prefix'; readonly at: string };

export const listObjectsV2 = defineOperation<S3State, ListObjectsV2CommandInput, Omit<ListObjectsV2CommandOutput, '$metadata'>>({
  name: 'ListObjectsV2',
  access: onBucket('ListBucket'),
  run(input, state) {
    refuseMembers(input, 'ListObjectsV2', ['OptionalObjectAttributes']);
    const bucket = bucketOf(state, input.Bucket);
    const { Prefix: prefix = '', Delimiter: delimiter = '', StartAfter: startAfter = '', MaxKeys: asked = largestPage } = input;
    if (asked < 0) throw new AwsError('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
    const max = Math.min(asked, largestPage);

    const rows = new Map<string, Row>();
    for (const key of keysBelow(bucket, prefix)) {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const object = bucket.objects.get(key);
      if (end >= 0) {
        const common = key.slice(0, end + delimiter.length);
        rows.set(common, { kind: 'prefix', at: common });
      } else if (object) rows.set(key, { kind: 'object', at: key, object });
    }
    const after = input.ContinuationToken === undefined ? startAfter : fromToken(input.ContinuationToken);
    const left = [...rows.values()].filter(({ at }) => after === '' || byKey(at, after) > 0);
    const shown = left.slice(0, max);
    const last = shown.at(-1);
    const more = left.length > shown.length && last !== undefined;

    const url = input.EncodingType === 'url';
    // As in a form: S3 leaves slashes alone and writes a blank as +.
    const encoded = (text: string) => (url ? encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+') : text);
    const prefixes = shown.filter(({ kind }) => kind === 'prefix').map(({ at }) => ({ Prefix: encoded(at) }));
    const contents = shown.flatMap((row) =>
      row.kind === 'prefix'
        ? []
        : [
            {
              Key: encoded(row.at),
              LastModified: lastModified(row.object),
              ETag: `"${row.object.md5}"`,
              ChecksumAlgorithm: ['CRC32' as const],
              ChecksumType: 'FULL_OBJECT' as const,
              Size: row.object.sizeInBytes,
              StorageClass: 'STANDARD' as const,
              ...(input.FetchOwner ? { Owner: { ID: state.kernel.account } } : {}),
            },
          ],
    );
    return {
      Name: bucket.name,
      Prefix: encoded(prefix),
      ...(delimiter === '' ? {} : { Delimiter: encoded(delimiter) }),
      ...(startAfter === '' ? {} : { StartAfter: encoded(startAfter) }),
      ...(url ? { EncodingType: 'url' as const } : {}),
      MaxKeys: max,
      KeyCount: shown.length,
      IsTruncated: more,
      ...(input.ContinuationToken === undefined ? {} : { ContinuationToken: input.ContinuationToken }),
      ...(more ? { NextContinuationToken: Buffer.from(last.at).toString('base64') } : {}),
      ...(contents.length > 0 ? { Contents: contents } : {}),
      ...(prefixes.length > 0 ? { CommonPrefixes: prefixes } : {}),
    };
  },
});

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (text === '' || Buffer.from(text).toString('base64') !== token) {
    throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', { fields: { ArgumentName: 'continuation-token' } });
  }
  return text;
}
