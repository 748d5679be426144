import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoClient, dynamoClient } from './client.ts';

/** The two calls of Powertools Idempotency 2.35, as it sends them. */
const saveInProgress = (nowMs: number, payloadHash = 'p') => ({
  TableName: 'idempotency',
  Item: {
    id: { S: 'start-rollout#abc' },
    expiration: { N: String(Math.round(nowMs / 1000) + 3600) },
    status: { S: 'INPROGRESS' },
    in_progress_expiration: { N: String(nowMs + 30_000) },
    validation: { S: payloadHash },
  },
  ExpressionAttributeNames: {
    '#id': 'id',
    '#expiry': 'expiration',
    '#in_progress_expiry': 'in_progress_expiration',
    '#status': 'status',
  },
  ExpressionAttributeValues: {
    ':now': { N: String(nowMs / 1000) },
    ':now_in_millis': { N: String(nowMs) },
    ':inprogress': { S: 'INPROGRESS' },
  },
  ConditionExpression:
    'attribute_not_exists(#id) OR #expiry < :now OR (#status = :inprogress AND attribute_exists(#in_progress_expiry) AND #in_progress_expiry < :now_in_millis)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
});
const complete = (nowMs: number) => ({
  TableName: 'idempotency',
  Key: { id: { S: 'start-rollout#abc' } },
  UpdateExpression: 'SET #expiry = :expiry, #status = :status, #response_data = :response_data',
  ExpressionAttributeNames: { '#expiry': 'expiration', '#status': 'status', '#response_data': 'data' },
  ExpressionAttributeValues: {
    ':expiry': { N: String(Math.round(nowMs / 1000) + 3600) },
    ':status': { S: 'COMPLETED' },
    ':response_data': { M: { rolloutId: { S: 'r-1' } } },
  },
});

let client: DynamoClient;
const startMs = Date.parse('2026-11-22T10:00:00.123Z');
beforeEach(async () => {
  client = dynamoClient();
  await client.table('idempotency', { hash: 'id' });
});

describe('Powertools Idempotency', () => {
  test('saves the first call, and shows the second what the first left', async () => {
    await client.call('PutItem', saveInProgress(startMs));
    const during = await client.refusal('PutItem', saveInProgress(startMs + 500));
    expect(during).toMatchObject({ code: 'ConditionalCheckFailedException', fields: { Item: { status: { S: 'INPROGRESS' } } } });

    await client.call('UpdateItem', complete(startMs + 900));
    const after = await client.refusal('PutItem', saveInProgress(startMs + 60_000));
    expect(after.fields).toMatchObject({ Item: { status: { S: 'COMPLETED' }, data: { M: { rolloutId: { S: 'r-1' } } }, validation: { S: 'p' } } });
  });

  test('takes over from a call that ran out of time', async () => {
    await client.call('PutItem', saveInProgress(startMs));
    expect((await client.refusal('PutItem', saveInProgress(startMs + 30_000))).code).toBe('ConditionalCheckFailedException');
    await client.call('PutItem', saveInProgress(startMs + 30_001, 'again'));
    expect(client.dynamo.tables.items('idempotency')).toMatchObject([{ validation: { S: 'again' } }]);
  });

  test('starts anew once the record has expired, though time to live has not removed it', async () => {
    await client.call('PutItem', saveInProgress(startMs));
    await client.call('UpdateItem', complete(startMs));
    // expiration is a whole second, :now has decimals: half a second past is past.
    await client.call('PutItem', saveInProgress(startMs + 3_600_500, 'again'));
    expect(client.dynamo.tables.items('idempotency')).toMatchObject([{ status: { S: 'INPROGRESS' }, validation: { S: 'again' } }]);
  });
});
