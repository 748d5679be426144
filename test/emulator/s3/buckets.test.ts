import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  NotFound,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { Bucket, testStorage } from './storage.ts';

const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;

describe('a bucket', () => {
  it('is made once, found, located and listed', async () => {
    const { client } = await testStorage();
    await client.send(new CreateBucketCommand({ Bucket: 'another.one', CreateBucketConfiguration }));

    expect(await rejection(client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration })))).toBeInstanceOf(BucketAlreadyOwnedByYou);
    expect(await client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'eu-west-1' });
    expect(await client.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({ LocationConstraint: 'eu-west-1' });
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['another.one', Bucket]);
    expect(await rejection(client.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' })))).toBeInstanceOf(NotFound);
  });

  it('goes only when it is empty', async () => {
    const { client, put } = await testStorage();
    await put('k');
    const error = await rejection(client.send(new DeleteBucketCommand({ Bucket })));
    expect([error.name, error.message]).toEqual(['BucketNotEmpty', 'The bucket you tried to delete is not empty']);

    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await client.send(new DeleteBucketCommand({ Bucket }));
    expect((await client.send(new ListBucketsCommand({}))).Buckets).toEqual([]);
  });

  it.each(['UPPER', 'ab', 'a_b', '-start', 'two..dots', '10.0.0.1'])('is not made with the name %s', async (name) => {
    const { client } = await testStorage();
    const error = await rejection(client.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration })));
    expect(error.name).toBe('InvalidBucketName');
  });

  it('is not made for another region', async () => {
    const { client } = await testStorage();
    const elsewhere = { Bucket: 'elsewhere', CreateBucketConfiguration: { LocationConstraint: 'us-west-2' as const } };
    const error = await rejection(client.send(new CreateBucketCommand(elsewhere)));
    expect(error.name).toBe('IllegalLocationConstraintException');
  });
});
