import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { type Server, startServer } from '../../../src/emulator/server.ts';
import { inProcess } from '../../../src/emulator/transport.ts';
import { decodedRequest } from '../../../src/emulator/wire/body.ts';
import { bucketOfHost } from '../../../src/emulator/wire/locate.ts';
import { administratorKeys, region, rejection, type TestFront, testFront } from '../front-fixture.ts';

const key = 'models/a b+ü/model.tar.gz';
const content = Buffer.from('line one\nline two\n');

describe.each(['in process, virtual host', 'over HTTP, path style'] as const)('the S3 client %s', (transport) => {
  let aws: TestFront;
  let server: Server | undefined;
  let client: S3Client;

  beforeEach(async () => {
    aws = testFront();
    const options = { region, credentials: administratorKeys, maxAttempts: 1 };
    if (transport === 'over HTTP, path style') {
      server = await startServer(aws.front, 0);
      client = new S3Client({ ...options, endpoint: server.url, forcePathStyle: true });
    } else client = new S3Client({ ...options, requestHandler: inProcess(aws.front) });
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  const input = () => aws.seen[0]?.input as Record<string, unknown>; // what the first operation was called with

  test('puts an object: bytes, headers, metadata and key arrive', async () => {
    aws.serve('s3', { PutObject: () => ({ ETag: '"e"' }) });
    const answer = await client.send(
      new PutObjectCommand({
        Bucket: 'b',
        Key: key,
        Body: content,
        ContentType: 'text/csv',
        ContentEncoding: 'gzip',
        IfNoneMatch: '*',
        Metadata: { owner: 'ops' },
      }),
    );
    expect(answer.ETag).toBe('"e"');
    expect(input()).toMatchObject({
      Bucket: 'b',
      Key: key,
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      IfNoneMatch: '*',
      Metadata: { owner: 'ops' },
    });
    expect(Buffer.from(input()['Body'] as Uint8Array)).toEqual(content);
  });

  test('puts a stream: chunks are joined, the trailing checksum is kept', async () => {
    aws.serve('s3', { PutObject: () => ({}) });
    const parts = [Buffer.alloc(70_000, 'a'), Buffer.alloc(70_000, 'b')];
    await client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: Readable.from(parts), ContentLength: 140_000 }));
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(Buffer.concat(parts)));
    expect(
      createHash('sha256')
        .update(input()['Body'] as Uint8Array)
        .digest('hex'),
    ).toBe(createHash('sha256').update(Buffer.concat(parts)).digest('hex'));
    expect(input()['ChecksumCRC32']).toBe(sum.toString('base64'));
    expect(input()['ContentEncoding']).toBeUndefined();
  });

  test('gets an object as a stream with its headers', async () => {
    const at = new Date('2026-11-22T10:00:00Z');
    aws.serve('s3', { GetObject: () => ({ Body: content, ETag: '"e"', LastModified: at, ContentType: 'text/csv', Metadata: { owner: 'ops' } }) });
    const answer = await client.send(new GetObjectCommand({ Bucket: 'b', Key: key }));
    expect(input()).toMatchObject({ Bucket: 'b', Key: key });
    expect(await answer.Body?.transformToString()).toBe(content.toString());
    expect(answer).toMatchObject({ ETag: '"e"', LastModified: at, ContentType: 'text/csv', Metadata: { owner: 'ops' } });
  });

  test('gets a part of an object: 206', async () => {
    aws.serve('s3', { GetObject: () => ({ Body: content.subarray(0, 4), ContentRange: 'bytes 0-3/18' }) });
    const answer = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k', Range: 'bytes=0-3' }));
    expect(input()['Range']).toBe('bytes=0-3');
    expect(answer.$metadata.httpStatusCode).toBe(206);
    expect(await answer.Body?.transformToString()).toBe('line');
  });

  test('gets an empty object', async () => {
    aws.serve('s3', { GetObject: () => ({ Body: new Uint8Array(0) }) });
    const answer = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(await answer.Body?.transformToString()).toBe('');
  });

  test('tells a missing key by its class, and a missing head by its status', async () => {
    aws.serve('s3', {
      GetObject() {
        throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, fields: { Key: 'a<b' } });
      },
      HeadObject() {
        throw new AwsError('NotFound', 'Not Found', { status: 404 });
      },
    });
    const missing = await rejection(client.send(new GetObjectCommand({ Bucket: 'b', Key: 'a<b' })));
    expect(missing).toBeInstanceOf(NoSuchKey);
    expect(missing).toMatchObject({ message: 'The specified key does not exist.', Key: 'a<b' });
    expect(await rejection(client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' })))).toBeInstanceOf(NotFound);
  });

  test('answers a head with the length of what it does not send', async () => {
    aws.serve('s3', { HeadObject: () => ({ ContentLength: 12_345, ETag: '"e"' }), HeadBucket: () => ({ BucketRegion: region }) });
    expect(await client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).toMatchObject({ ContentLength: 12_345, ETag: '"e"' });
    expect(await client.send(new HeadBucketCommand({ Bucket: 'b' }))).toMatchObject({ BucketRegion: region });
  });

  test('lists objects, buckets and the location; creates and deletes', async () => {
    const at = new Date('2026-11-22T10:00:00.000Z');
    aws.serve('s3', {
      ListObjectsV2: () => ({
        Name: 'b',
        KeyCount: 2,
        IsTruncated: false,
        Contents: [
          { Key: 'a&b', Size: 1, LastModified: at },
          { Key: 'c', Size: 2, LastModified: at },
        ],
        CommonPrefixes: [{ Prefix: 'p/' }],
      }),
      ListBuckets: () => ({ Buckets: [{ Name: 'b', CreationDate: at }], Owner: { ID: 'o' } }),
      GetBucketLocation: () => ({ LocationConstraint: region }),
      CreateBucket: () => ({ Location: '/b' }),
      DeleteObject: () => ({}),
    });
    const listed = await client.send(new ListObjectsV2Command({ Bucket: 'b', Prefix: 'a/ü', Delimiter: '/', MaxKeys: 5 }));
    expect(input()).toEqual({ Bucket: 'b', Prefix: 'a/ü', Delimiter: '/', MaxKeys: 5 });
    expect(listed.Contents).toEqual([
      { Key: 'a&b', Size: 1, LastModified: at },
      { Key: 'c', Size: 2, LastModified: at },
    ]);
    expect(listed.CommonPrefixes).toEqual([{ Prefix: 'p/' }]);
    expect((await client.send(new ListBucketsCommand({}))).Buckets).toEqual([{ Name: 'b', CreationDate: at }]);
    expect((await client.send(new GetBucketLocationCommand({ Bucket: 'b' }))).LocationConstraint).toBe(region);
    await client.send(new CreateBucketCommand({ Bucket: 'b', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    expect(aws.seen.at(-1)?.input).toEqual({ Bucket: 'b', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } });
    expect((await client.send(new DeleteObjectCommand({ Bucket: 'b', Key: 'k' }))).$metadata.httpStatusCode).toBe(204);
  });

  test('refuses by name what it does not have', async () => {
    aws.serve('s3', { PutObject: () => ({}) });
    const acl = await rejection(client.send(new GetBucketAclCommand({ Bucket: 'b' })));
    const part = await rejection(client.send(new UploadPartCommand({ Bucket: 'b', Key: 'k', PartNumber: 1, UploadId: 'u', Body: content })));
    expect(acl.message).toContain('s3:GetBucketAcl');
    expect(part.message).toContain('s3:UploadPart');
  });
});

const chunked = (body: string, headers: Record<string, string> = {}) =>
  decodedRequest({
    method: 'PUT',
    path: '/b/k',
    query: {},
    headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'content-encoding': 'aws-chunked', ...headers },
    body: Buffer.from(body, 'latin1'),
  });

// The chunks and the checksum are those of AWS's page "Uploading objects using trailing checksums"' format; CRC-32 of "123456789" is cbf43926.
describe('an aws-chunked body', () => {
  test('is joined, and its trailer is checked', () => {
    const request = chunked('4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n', { 'x-amz-decoded-content-length': '9' });
    expect(Buffer.from(request.body).toString()).toBe('123456789');
    expect(request.headers['x-amz-checksum-crc32']).toBe('y/Q5Jg==');
  });
  test('with another checksum than its content has is a BadDigest', () => {
    expect(() => chunked('9\r\n123456780\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n')).toThrowError(
      expect.objectContaining({ code: 'BadDigest' }),
    );
  });
  test('that ends early is an IncompleteBody', () => {
    expect(() => chunked('9\r\n1234')).toThrowError(expect.objectContaining({ code: 'IncompleteBody' }));
  });
  test('shorter than declared is an IncompleteBody', () => {
    expect(() => chunked('4\r\n1234\r\n0\r\n\r\n', { 'x-amz-decoded-content-length': '9' })).toThrowError(
      expect.objectContaining({ code: 'IncompleteBody' }),
    );
  });
  test('in signed chunks is refused by name', () => {
    expect(() => chunked('', { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' })).toThrowError(
      expect.objectContaining({ code: 'NotEmulated' }),
    );
  });
});

test.each([
  ['b.s3.eu-west-1.amazonaws.com', 'b'],
  ['a.b.s3.amazonaws.com', 'a.b'],
  ['b.localhost:4566', 'b'],
  ['s3.eu-west-1.amazonaws.com', undefined],
  ['127.0.0.1:4566', undefined],
  ['localhost:4566', undefined],
])('bucketOfHost(%s) is %s', (host, bucket) => {
  expect(bucketOfHost(host)).toBe(bucket);
});
