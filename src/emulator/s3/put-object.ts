import { createHash } from 'node:crypto';
import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { tellCreated } from './notify.ts';
import { bucketOf, crc32Of, keyLimits, onObject, preconditionFailed, refuseMembers, type S3State, type StoredHeaders, writeObject } from './state.ts';

/** Longest key, bytes of UTF-8. */
const longestKey = 1_024;

export const putObject = defineOperation<S3State, PutObjectCommandInput, Omit<PutObjectCommandOutput, '$metadata'>>({
  name: 'PutObject',
  access: onObject('PutObject'),
  limits: keyLimits,
  run(input, state, { requestId }) {
    refuseMembers(input, 'PutObject', [
      'ACL',
      'GrantFullControl',
      'GrantRead',
      'GrantReadACP',
      'GrantWriteACP',
      'ObjectLockMode',
      'ObjectLockRetainUntilDate',
      'ObjectLockLegalHoldStatus',
      'SSECustomerAlgorithm',
      'SSEKMSKeyId',
      'Tagging',
      'WebsiteRedirectLocation',
      'WriteOffsetBytes',
      'Expires',
    ]);
    if ((input.StorageClass ?? 'STANDARD') !== 'STANDARD') throw notEmulated(`S3 storage class ${input.StorageClass ?? ''}`);
    if ((input.ServerSideEncryption ?? 'AES256') !== 'AES256') throw notEmulated(`S3 encryption with ${input.ServerSideEncryption ?? ''}`);
    const bucket = bucketOf(state, input.Bucket);
    const { Key: key = '' } = input;
    if (Buffer.byteLength(key) > longestKey)
      throw new AwsError('KeyTooLongError', 'Your key is too long', { fields: { MaxSizeAllowed: longestKey } });
    const bytes = bytesOf(input.Body);
    checkIntegrity(input, bytes);

    const known = bucket.objects.get(key);
    if (input.IfNoneMatch !== undefined) {
      if (input.IfNoneMatch !== '*') throw notEmulated('If-None-Match of s3:PutObject with a value other than *');
      if (known) throw preconditionFailed('If-None-Match');
    }
    if (input.IfMatch !== undefined && input.IfMatch.replaceAll('"', '') !== known?.md5) throw preconditionFailed('If-Match');

    const headers: StoredHeaders = {
      ...(input.CacheControl === undefined ? {} : { CacheControl: input.CacheControl }),
      ...(input.ContentDisposition === undefined ? {} : { ContentDisposition: input.ContentDisposition }),
      ...(input.ContentEncoding === undefined ? {} : { ContentEncoding: input.ContentEncoding }),
      ...(input.ContentLanguage === undefined ? {} : { ContentLanguage: input.ContentLanguage }),
    };
    // Metadata names are HTTP headers: S3 gives them back in lower case.
    const metadata = Object.fromEntries(Object.entries(input.Metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
    const object = writeObject(state, bucket, key, bytes, { contentType: input.ContentType, headers, metadata });
    tellCreated(state, bucket, object, requestId);
    return {
      ETag: `"${object.md5}"`,
      ...(object.versionId !== undefined && { VersionId: object.versionId }),
      ChecksumCRC32: object.crc32,
      ChecksumType: 'FULL_OBJECT',
      ServerSideEncryption: 'AES256',
    };
  },
});

/** The body as the wire hands it on: whole bytes, or text from a caller inside. */
function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return new TextEncoder().encode(body);
  throw new TypeError('The body of PutObject is a stream, expected its bytes');
}

/** @throws AwsError `BadDigest` where what the caller computed of its body is not what arrived */
function checkIntegrity(input: PutObjectCommandInput, bytes: Uint8Array): void {
  if (input.ContentMD5 !== undefined && createHash('md5').update(bytes).digest('base64') !== input.ContentMD5) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  if (input.ChecksumCRC32 !== undefined && crc32Of(bytes) !== input.ChecksumCRC32) {
    throw new AwsError('BadDigest', 'The CRC32 you specified did not match the calculated checksum.');
  }
  for (const [algorithm, given] of [
    ['sha1', input.ChecksumSHA1],
    ['sha256', input.ChecksumSHA256],
  ] as const) {
    if (given !== undefined && createHash(algorithm).update(bytes).digest('base64') !== given) {
      throw new AwsError('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`);
    }
  }
}
