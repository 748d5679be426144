import { ListObjectsV2Command, type ListObjectsV2CommandInput, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { Bucket, type TestStorage, testStorage } from './storage.ts';

async function list({ client }: TestStorage, input: Omit<ListObjectsV2CommandInput, 'Bucket'> = {}) {
  const answer = await client.send(new ListObjectsV2Command({ Bucket, ...input }));
  return {
    keys: answer.Contents?.map(({ Key }) => Key) ?? [],
    prefixes: answer.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
    answer,
  };
}

describe('ListObjectsV2', () => {
  it('lists keys in the order of their UTF-8 bytes', async () => {
    const storage = await testStorage();
    // U+FF5E sorts before U+1F600 by bytes, and behind it by code units.
    await storage.put('b', 'a/2', 'a', 'B', '\u{1f600}', '\uff5e');
    expect((await list(storage)).keys).toEqual(['B', 'a', 'a/2', 'b', '\uff5e', '\u{1f600}']);
  });

  it('folds what lies behind the delimiter, below the prefix alone', async () => {
    const storage = await testStorage();
    await storage.put('jobs/1/model', 'jobs/1/log', 'jobs/2/model', 'jobs/readme', 'other');

    const { keys, prefixes, answer } = await list(storage, { Prefix: 'jobs/', Delimiter: '/' });
    expect(keys).toEqual(['jobs/readme']);
    expect(prefixes).toEqual(['jobs/1/', 'jobs/2/']);
    expect(answer).toMatchObject({ Name: Bucket, Prefix: 'jobs/', Delimiter: '/', KeyCount: 3, IsTruncated: false, MaxKeys: 1_000 });
  });

  it('goes on where a page ended, prefixes counted like keys, none twice', async () => {
    const storage = await testStorage();
    await storage.put('a', 'b/1', 'b/2', 'c', 'd/1', 'e');
    const seen: (string | undefined)[][] = [];
    for await (const { Contents = [], CommonPrefixes = [] } of paginateListObjectsV2(
      { client: storage.client, pageSize: 2 },
      { Bucket, Delimiter: '/' },
    )) {
      seen.push([...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)]);
    }
    expect(seen).toEqual([['a', 'b/'], ['c', 'd/'], ['e']]);
  });

  it('starts after a key, and encodes on request as boto3 asks', async () => {
    const storage = await testStorage();
    await storage.put('a', 'b c/ü+', 'z');
    expect((await list(storage, { StartAfter: 'a' })).keys).toEqual(['b c/ü+', 'z']);
    expect((await list(storage, { EncodingType: 'url' })).keys).toEqual(['a', 'b+c/%C3%BC%2B', 'z']);
  });

  it('tells size, ETag and time of each', async () => {
    const storage = await testStorage();
    await storage.put('hello world');
    expect((await list(storage)).answer.Contents).toEqual([
      expect.objectContaining({
        Size: 11,
        ETag: '"5eb63bbbe01eeed093cb22bb8f5acdc3"',
        StorageClass: 'STANDARD',
        LastModified: new Date('2026-11-22T10:00:00Z'),
      }),
    ]);
  });

  it('refuses a token that is none', async () => {
    const { client } = await testStorage();
    const error = await rejection(client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: '!' })));
    expect([error.name, error.message]).toEqual(['InvalidArgument', 'The continuation token provided is incorrect']);
  });
});
