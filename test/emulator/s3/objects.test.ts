import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  NoSuchBucket,
  NoSuchKey,
  NotFound,
  PutBucketTaggingCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { Bucket, testStorage } from './storage.ts';

describe('an object', () => {
  it('comes back as it was put: bytes, type, headers, metadata, ETag', async () => {
    const { client } = await testStorage();
    const put = new PutObjectCommand({
      Bucket,
      Key: 'model.tar.gz',
      Body: 'hello world',
      ContentType: 'application/gzip',
      CacheControl: 'no-store',
      Metadata: { Owner: 'ops' },
    });
    const stored = await client.send(put);
    const { Body, ...answer } = await client.send(new GetObjectCommand({ Bucket, Key: 'model.tar.gz' }));

    // MD5 and CRC-32 of "hello world", as any other tool has them.
    expect(stored).toMatchObject({ ETag: '"5eb63bbbe01eeed093cb22bb8f5acdc3"', ChecksumCRC32: 'DUoRhQ==' });
    expect(await Body?.transformToString()).toBe('hello world');
    expect(answer).toMatchObject({
      ETag: '"5eb63bbbe01eeed093cb22bb8f5acdc3"',
      ContentType: 'application/gzip',
      CacheControl: 'no-store',
      ContentLength: 11,
      LastModified: new Date('2026-11-22T10:00:00Z'),
      Metadata: { owner: 'ops' },
    });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'model.tar.gz' }));
    expect(head).toMatchObject({ ContentLength: 11, ContentType: 'application/gzip', ETag: answer.ETag, Metadata: { owner: 'ops' } });
  });

  it.each([
    ['bytes=0-4', 'hello', 'bytes 0-4/11'],
    ['bytes=6-', 'world', 'bytes 6-10/11'],
    ['bytes=-3', 'rld', 'bytes 8-10/11'],
    ['bytes=6-99', 'world', 'bytes 6-10/11'],
  ])('gives the part %s', async (Range, text, ContentRange) => {
    const { client } = await testStorage();
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello world' }));

    const { Body, ...answer } = await client.send(new GetObjectCommand({ Bucket, Key: 'k', Range }));
    expect(await Body?.transformToString()).toBe(text);
    expect(answer).toMatchObject({ ContentRange, ContentLength: text.length });
  });

  it('has no part behind its end', async () => {
    const { client, put } = await testStorage();
    await put('k');
    const error = await rejection(client.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=1-' })));
    expect(error.name).toBe('InvalidRange');
  });

  it('is put once where If-None-Match says so', async () => {
    const { client, s3 } = await testStorage();
    const put = (Body: string) => client.send(new PutObjectCommand({ Bucket, Key: 'lock', Body, IfNoneMatch: '*' }));
    await put('first');

    const error = await rejection(put('second'));
    expect(error.name).toBe('PreconditionFailed');
    expect(error['$metadata']).toMatchObject({ httpStatusCode: 412 });
    expect(Buffer.from(s3.read(Bucket, 'lock') ?? []).toString()).toBe('first');
  });

  it('is refused where what arrived is not what was sent', async () => {
    const { client, s3 } = await testStorage();
    const error = await rejection(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ContentMD5: 'XrY7u+Ae7tCTyyK7j1rNww==' })));
    expect(error.name).toBe('BadDigest');
    expect(s3.read(Bucket, 'k')).toBeUndefined();
  });

  it('is gone when deleted, and deleting it again is no error', async () => {
    const { client, kernel, put } = await testStorage();
    await put('k');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));

    expect(await rejection(client.send(new GetObjectCommand({ Bucket, Key: 'k' })))).toBeInstanceOf(NoSuchKey);
    expect(readdirSync(join(kernel.dataFolder, 's3', Bucket))).toEqual([]);
  });

  it('that is not there is told as AWS does', async () => {
    const { client } = await testStorage();
    const missing = await rejection(client.send(new GetObjectCommand({ Bucket, Key: 'k' })));
    expect(missing).toBeInstanceOf(NoSuchKey);
    expect(missing.message).toBe('The specified key does not exist.');
    expect(await rejection(client.send(new HeadObjectCommand({ Bucket, Key: 'k' })))).toBeInstanceOf(NotFound);
    expect(await rejection(client.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'k' })))).toBeInstanceOf(NoSuchBucket);
  });

  it.each(['../../escaped', '/absolute', 'a/../../b', '.', 'ünï/çøde +%2F', 'x'.repeat(1_024), 'con\nlines'])(
    'with the key %j stays in its bucket’s folder',
    async (key) => {
      const { kernel, s3 } = await testStorage();
      s3.write(Bucket, key, new TextEncoder().encode('x'));

      expect(s3.read(Bucket, key)).toEqual(Buffer.from('x'));
      expect(readdirSync(kernel.dataFolder)).toEqual(['s3']);
      expect(readdirSync(join(kernel.dataFolder, 's3'))).toEqual([Bucket]);
      expect(readdirSync(join(kernel.dataFolder, 's3', Bucket))).toHaveLength(1);
    },
  );

  it('never meets another: a file beside a folder of its name, names that differ in case', async () => {
    const { client, put, s3 } = await testStorage();
    const keys = ['a', 'a/b', 'A', 'a_b', 'a//b'];
    await put(...keys);
    expect(keys.map((key) => Buffer.from(s3.read(Bucket, key) ?? []).toString())).toEqual(keys);
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'a//b' }));
    expect(await Body?.transformToString()).toBe('a//b');
  });

  it('with a key of more than 1024 bytes is refused', async () => {
    const { client } = await testStorage();
    const error = await rejection(client.send(new PutObjectCommand({ Bucket, Key: 'é'.repeat(513), Body: 'x' })));
    expect(error.name).toBe('KeyTooLongError');
  });

  it('refuses by name what is not emulated', async () => {
    const { client, put } = await testStorage();
    await put('k');
    const tagging = await rejection(client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [] } })));
    expect([tagging.name, tagging.message]).toEqual(['NotEmulated', expect.stringContaining('PutBucketTagging')]);
    const versions = await rejection(client.send(new ListObjectVersionsCommand({ Bucket })));
    expect([versions.name, versions.message]).toEqual(['NotEmulated', expect.stringContaining('ListObjectVersions')]);
    const version = await rejection(client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: 'null' })));
    expect([version.name, version.message]).toEqual(['NotEmulated', expect.stringContaining('VersionId')]);
    const encryption = await rejection(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'aws:kms' })));
    expect([encryption.name, encryption.message]).toEqual(['NotEmulated', expect.stringContaining('aws:kms')]);
  });
});

describe('write(), read() and list()', () => {
  it('are what the emulator’s own services use', async () => {
    const { client, s3 } = await testStorage();
    s3.write(Bucket, 'jobs/1/model.tar.gz', new Uint8Array([1, 2]));

    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'jobs/1/model.tar.gz' }));
    expect(await Body?.transformToByteArray()).toEqual(new Uint8Array([1, 2]));
    expect(s3.list(Bucket, 'jobs/')).toEqual(['jobs/1/model.tar.gz']);
    expect(s3.list('no-such-bucket', '')).toEqual([]);
    expect(s3.read('no-such-bucket', 'k')).toBeUndefined();
    expect(() => s3.write('no-such-bucket', 'k', new Uint8Array())).toThrow('The specified bucket does not exist');
  });
});
