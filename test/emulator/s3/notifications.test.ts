import {
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { Bucket, type TestStorage, testStorage } from './storage.ts';

const tell = ({ client }: TestStorage) =>
  client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { EventBridgeConfiguration: {} } }));
const Queue = { QueueArn: 'arn:aws:sqs:eu-west-1:000000000000:q', Events: ['s3:ObjectCreated:*' as const] };

describe('a bucket that tells EventBridge', () => {
  it('says so, until it is told otherwise', async () => {
    const storage = await testStorage();
    const { client } = storage;
    const asked = async () => (await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).EventBridgeConfiguration;
    expect(await asked()).toBeUndefined();
    await tell(storage);
    expect(await asked()).toEqual({});
    await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }));
    expect(await asked()).toBeUndefined();
  });

  it('tells of an object as AWS does, and before it was asked to tells nothing', async () => {
    const storage = await testStorage();
    const { client, kernel, put } = storage;
    await put('before');
    await tell(storage);
    await client.send(new PutObjectCommand({ Bucket, Key: 'churn/ü 1.zip', Body: 'hello world' }));

    // The members of aws.s3@ObjectCreated in the schema registry; the key as it is, the ETag without quotes.
    expect(kernel.events).toEqual([
      {
        source: 'aws.s3',
        detailType: 'Object Created',
        resources: [`arn:aws:s3:::${Bucket}`],
        detail: {
          version: '0',
          bucket: { name: Bucket },
          object: {
            key: 'churn/ü 1.zip',
            size: 11,
            etag: '5eb63bbbe01eeed093cb22bb8f5acdc3',
            sequencer: expect.stringMatching(/^[0-9A-F]{16}$/) as string,
          },
          'request-id': expect.stringMatching(/./) as string,
          requester: kernel.account,
          'source-ip-address': '127.0.0.1',
          reason: 'PutObject',
        },
      },
    ]);
  });

  it('tells of what a service of AWS writes, a training job’s model for one', async () => {
    const storage = await testStorage();
    await tell(storage);
    storage.s3.write(Bucket, 'jobs/1/model.tar.gz', new Uint8Array([1]));
    expect(storage.kernel.events).toMatchObject([{ detailType: 'Object Created', detail: { object: { key: 'jobs/1/model.tar.gz', size: 1 } } }]);
  });

  it('names the version where it keeps versions, and puts its events in an order', async () => {
    const storage = await testStorage();
    const { client, kernel } = storage;
    await tell(storage);
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const versions: (string | undefined)[] = [];
    for (const Body of ['1', '2', '3']) versions.push((await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body }))).VersionId);

    const objects = kernel.events.map(({ detail }) => detail['object'] as { readonly sequencer: string; readonly 'version-id': string }); // As just asserted above.
    expect(objects.map((object) => object['version-id'])).toEqual(versions);
    const order = objects.map(({ sequencer }) => sequencer);
    expect(order).toEqual([...new Set(order)].toSorted());
  });

  it.each([
    [false, 'Permanently Deleted'],
    [true, 'Delete Marker Created'],
  ])('tells of a deletion (versions kept: %s)', async (keepsVersions, type) => {
    const storage = await testStorage();
    const { client, kernel, put } = storage;
    if (keepsVersions) await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await put('k');
    await tell(storage);
    const { VersionId } = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(kernel.events).toMatchObject([
      {
        detailType: 'Object Deleted',
        detail: { object: { key: 'k', ...(keepsVersions && { 'version-id': VersionId }) }, reason: 'DeleteObject', 'deletion-type': type },
      },
    ]);
  });

  it('tells nothing of what was not there to be deleted', async () => {
    const storage = await testStorage();
    await tell(storage);
    await storage.client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(storage.kernel.events).toEqual([]);
  });

  it('tells queues, topics and functions of nothing: refused by name', async () => {
    const { client } = await testStorage();
    const configuration = { EventBridgeConfiguration: {}, QueueConfigurations: [Queue] };
    const error = await rejection(client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: configuration })));
    expect([error.name, error.message]).toEqual(['NotEmulated', expect.stringContaining('QueueConfigurations')]);
    expect((await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).EventBridgeConfiguration).toBeUndefined();
  });
});
