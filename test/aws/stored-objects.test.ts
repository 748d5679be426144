import { S3Client } from '@aws-sdk/client-s3';
import { beforeEach, expect, test } from 'vitest';
import { s3StoredObjects } from '../../src/aws/stored-objects.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const objects = () => s3StoredObjects('models', new S3Client({ ...aws.options, forcePathStyle: true }));

test('list() reads page after page, leaves folders out and stops at as many as were asked for', async () => {
  aws.serve('s3', {
    ListObjectsV2(input) {
      const { ContinuationToken } = input as { ContinuationToken?: string };
      const page = ContinuationToken === undefined ? ['c/', 'c/1', 'c/2'] : ['c/3', 'c/4'];
      return { Contents: page.map((Key) => ({ Key })), ...(ContinuationToken === undefined && { NextContinuationToken: 'next', IsTruncated: true }) };
    },
  });
  expect(await objects().list('s3://{bucket}/c/', 3)).toEqual(['s3://models/c/1', 's3://models/c/2', 's3://models/c/3']);
  expect(aws.asked('ListObjectsV2')).toMatchObject([
    { Bucket: 'models', Prefix: 'c/' },
    { Bucket: 'models', ContinuationToken: 'next' },
  ]);
});

test('read() gives an object’s text, and what is too long cut off', async () => {
  aws.serve('s3', { GetObject: () => ({ Body: Buffer.from('0123456789'), ContentLength: 10 }) });
  expect(await objects().read('s3://b/k/x', 100)).toBe('0123456789');
  expect(await objects().read('s3://b/k/x', 4)).toBe('0123');
  expect(aws.asked('GetObject')).toMatchObject([{ Bucket: 'b', Key: 'k/x' }, {}]);
});

test('read() says what it could not read', async () => {
  aws.serve('s3', { GetObject: refuse('AccessDenied', 'Access Denied', { status: 403 }) });
  const error = await rejection(objects().read('s3://b/k', 10));
  expect([error.name, error.message]).toEqual(['Refused', 'Cannot read "s3://b/k": AccessDenied: Access Denied']);
});
