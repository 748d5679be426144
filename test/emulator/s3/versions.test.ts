import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { Bucket, type TestStorage, testStorage } from './storage.ts';

const Key = 'bundle.zip';
const enable = ({ client }: TestStorage) => client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
const put = async ({ client }: TestStorage, Body: string) => (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
async function get({ client }: TestStorage, VersionId?: string) {
  const { Body, VersionId: version } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
  return [await Body?.transformToString(), version];
}

describe('a bucket that keeps versions', () => {
  it('says so, and one that never did says nothing', async () => {
    const storage = await testStorage();
    const asked = () => storage.client.send(new GetBucketVersioningCommand({ Bucket }));
    expect((await asked()).Status).toBeUndefined();
    await enable(storage);
    expect((await asked()).Status).toBe('Enabled');
  });

  it('gives each object a version, and keeps what was written over', async () => {
    const storage = await testStorage();
    await enable(storage);
    const [first, second] = [await put(storage, 'one'), await put(storage, 'two, longer')];
    expect(first).toMatch(/^.{32}$/);
    expect(second).not.toBe(first);

    expect(await get(storage)).toEqual(['two, longer', second]);
    expect(await get(storage, first)).toEqual(['one', first]);
    const head = await storage.client.send(new HeadObjectCommand({ Bucket, Key, VersionId: first }));
    expect(head).toMatchObject({ VersionId: first, ContentLength: 3 });
  });

  it('calls what was there before it kept versions "null"', async () => {
    const storage = await testStorage();
    expect(await put(storage, 'old')).toBeUndefined();
    await enable(storage);
    expect(await get(storage, 'null')).toEqual(['old', undefined]);
    await put(storage, 'new');
    expect(await get(storage, 'null')).toEqual(['old', undefined]);
  });

  it('leaves a marker where an object is deleted; its versions stay', async () => {
    const storage = await testStorage();
    await enable(storage);
    const version = await put(storage, 'one');
    const deleted = await storage.client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(deleted).toMatchObject({ DeleteMarker: true, VersionId: expect.stringMatching(/^.{32}$/) as string });

    expect(await rejection(get(storage))).toBeInstanceOf(NoSuchKey);
    expect(await get(storage, version)).toEqual(['one', version]);
    expect((await rejection(storage.client.send(new DeleteBucketCommand({ Bucket })))).name).toBe('BucketNotEmpty');
  });

  it.each([
    ['0123456789abcdef0123456789abcdef', 'NoSuchVersion'],
    ['v1', 'InvalidArgument'],
  ])('has no version %s', async (version, code) => {
    const storage = await testStorage();
    await enable(storage);
    await put(storage, 'one');
    expect((await rejection(get(storage, version))).name).toBe(code);
  });

  it('is read by version with a permission of its own', async () => {
    const { s3 } = await testStorage();
    const needed = (operation: string, input: object) => s3.service.operations.get(operation)?.access(input);
    for (const operation of ['GetObject', 'HeadObject']) {
      expect(needed(operation, { Bucket, Key })).toEqual([{ action: 's3:GetObject', resource: `arn:aws:s3:::${Bucket}/${Key}` }]);
      expect(needed(operation, { Bucket, Key, VersionId: 'null' })).toEqual([
        { action: 's3:GetObjectVersion', resource: `arn:aws:s3:::${Bucket}/${Key}` },
      ]);
    }
  });

  it('cannot stop keeping them here', async () => {
    const { client } = await testStorage();
    const suspended = await rejection(client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })));
    expect([suspended.name, suspended.message]).toEqual(['NotEmulated', expect.stringContaining('Suspended')]);
  });
});
