import { setTimeout } from 'node:timers/promises';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDynamoService } from '../../../src/emulator/dynamodb/service.ts';
import { rejection, roleWith, transportWorld } from '../front-fixture.ts';
import { testKernel } from '../kernel.ts';

const world = transportWorld('in process');
let client: DynamoDBClient;
let documents: DynamoDBDocumentClient;

beforeEach(async () => {
  world.aws.front.register(createDynamoService({ ...testKernel(), account: '111122223333' }).service);
  client = new DynamoDBClient(world.options());
  documents = DynamoDBDocumentClient.from(client);
  await client.send(
    new CreateTableCommand({
      TableName: 'rollouts',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
});

describe('the SDK against DynamoDB', () => {
  test('reads back what it wrote: every type, through the document client', async () => {
    const item = {
      id: 'r-1',
      n: 1.5,
      big: 9_007_199_254_740_991,
      flag: true,
      nothing: null,
      list: [1, 'a', { deep: [] }],
      bytes: Uint8Array.of(1, 2),
      tags: new Set(['a', 'b']),
    };
    await documents.send(new PutCommand({ TableName: 'rollouts', Item: item }));
    expect((await documents.send(new GetCommand({ TableName: 'rollouts', Key: { id: 'r-1' } }))).Item).toEqual(item);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'rollouts' }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', ItemCount: 1, CreationDateTime: new Date('2026-11-22T10:00:00Z') });
  });

  test('gets errors as their classes, with the item and the reasons', async () => {
    const put = { TableName: 'rollouts', Item: { id: 'r-1' }, ConditionExpression: 'attribute_not_exists(id)' };
    await documents.send(new PutCommand(put));
    const failed = await rejection(documents.send(new PutCommand({ ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })));
    expect(failed).toBeInstanceOf(ConditionalCheckFailedException);
    expect(failed['Item']).toEqual({ id: { S: 'r-1' } });
    const cancelled = await rejection(
      documents.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, { Put: { TableName: 'rollouts', Item: { id: 'r-2' } } }] })),
    );
    expect(cancelled).toBeInstanceOf(TransactionCanceledException);
    expect(cancelled).toMatchObject({ CancellationReasons: [{ Code: 'ConditionalCheckFailed' }, { Code: 'None' }] });
    const answer = await documents.send(
      new QueryCommand({ TableName: 'rollouts', KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': 'r-2' } }),
    );
    expect(answer.Count).toBe(0);
  });

  test('may do what its role may: a transaction needs the right of each write in it', async () => {
    const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table/rollouts';
    const role = roleWith(world.aws.identities, 'writer', [
      { Effect: 'Allow', Action: ['dynamodb:PutItem', 'dynamodb:ConditionCheckItem'], Resource: table },
    ]);
    const mine = DynamoDBDocumentClient.from(new DynamoDBClient({ ...world.options(), credentials: role }));
    const put = { Put: { TableName: 'rollouts', Item: { id: 'r-1' } } };
    const check = { ConditionCheck: { TableName: 'rollouts', Key: { id: 'lock' }, ConditionExpression: 'attribute_not_exists(id)' } };
    await mine.send(new TransactWriteCommand({ TransactItems: [put, check] }));
    const denied = await rejection(
      mine.send(new TransactWriteCommand({ TransactItems: [check, { Delete: { TableName: 'rollouts', Key: { id: 'r-1' } } }] })),
    );
    expect(denied.name).toBe('AccessDeniedException');
    expect(denied.message).toContain(`dynamodb:DeleteItem on resource: ${table}`);
    expect((await rejection(mine.send(new UpdateCommand({ TableName: 'rollouts', Key: { id: 'r-1' } })))).name).toBe('AccessDeniedException');
  });
});

describe('Powertools Idempotency against DynamoDB', () => {
  test('runs once for one key, and answers the second call from the table', async () => {
    const persistenceStore = new DynamoDBPersistenceLayer({ tableName: 'rollouts', awsSdkV3Client: client });
    let runs = 0;
    const start = makeIdempotent(
      async (event: { digest: string }) => {
        runs++;
        await setTimeout(0);
        return { rolloutId: `${event.digest}-${runs}` };
      },
      { persistenceStore, config: new IdempotencyConfig({}) },
    );
    expect(await start({ digest: 'abc' })).toEqual({ rolloutId: 'abc-1' });
    expect(await start({ digest: 'abc' })).toEqual({ rolloutId: 'abc-1' });
    expect(await start({ digest: 'def' })).toEqual({ rolloutId: 'def-2' });
    expect(runs).toBe(2);
  });
});
