import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoClient, dynamoClient, type Item } from './client.ts';

let client: DynamoClient;
const key = (pk: string): Item => ({ pk: { S: pk } });
const put = (pk: string, more: object = {}): TransactWriteItem => ({ Put: { TableName: 'things', Item: key(pk), ...more } });
const absent = { ConditionExpression: 'attribute_not_exists(pk)' };

beforeEach(async () => {
  client = dynamoClient();
  await client.table('things', { hash: 'pk' });
  await client.table('locks', { hash: 'pk' });
  await client.call('PutItem', { TableName: 'things', Item: { ...key('there'), n: { N: '1' } } });
});
const transact = (items: TransactWriteItem[], more: object = {}) => client.call('TransactWriteItems', { TransactItems: items, ...more });
const refused = (items: TransactWriteItem[], more: object = {}) => client.refusal('TransactWriteItems', { TransactItems: items, ...more });
const names = (table: string) =>
  client.dynamo.tables
    .items(table)
    .map(({ pk }) => pk?.S ?? '')
    .sort();

describe('TransactWriteItems', () => {
  test('does all of it, over tables', async () => {
    await transact([
      put('new', absent),
      {
        Update: {
          TableName: 'things',
          Key: key('there'),
          UpdateExpression: 'SET n = n + :one',
          ConditionExpression: 'n = :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
      },
      { Put: { TableName: 'locks', Item: key('lock'), ...absent } },
      { ConditionCheck: { TableName: 'locks', Key: key('frozen'), ...absent } },
      { Delete: { TableName: 'things', Key: key('never-there') } },
    ]);
    expect(names('things')).toEqual(['new', 'there']);
    expect(names('locks')).toEqual(['lock']);
    expect((await client.call('GetItem', { TableName: 'things', Key: key('there') })).Item).toMatchObject({ n: { N: '2' } });
  });

  test('does none of it when one condition fails, and says which, with the item where asked', async () => {
    const error = await refused([
      put('new', absent),
      put('there', { ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      put('there-too', { ConditionExpression: 'attribute_exists(pk)' }),
    ]);
    expect(error).toMatchObject({
      code: 'TransactionCanceledException',
      message: 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]',
    });
    expect(error.fields.CancellationReasons).toEqual([
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { ...key('there'), n: { N: '1' } } },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
    ]);
    expect(names('things')).toEqual(['there']);
  });

  test('cancels for what only the item tells, and for keys that do not fit', async () => {
    const add = (pk: Item[string]): TransactWriteItem => ({
      Update: { TableName: 'things', Key: { pk }, UpdateExpression: 'SET n = c', ...absent },
    });
    expect((await refused([put('new'), add({ S: 'other' })])).fields.CancellationReasons).toEqual([
      { Code: 'None' },
      { Code: 'ValidationError', Message: 'The provided expression refers to an attribute that does not exist in the item' },
    ]);
    expect((await refused([add({ N: '5' })])).fields.CancellationReasons).toEqual([
      { Code: 'ValidationError', Message: 'The provided key element does not match the schema' },
    ]);
    expect((await refused([{ Put: { TableName: 'things', Item: { pk: { L: [{ S: 'x' }] } } } }])).fields.CancellationReasons).toEqual([
      { Code: 'ValidationError', Message: 'One or more parameter values were invalid: Type mismatch for key pk expected: S actual: L' },
    ]);
    expect(names('things')).toEqual(['there']);
  });

  // Recorded from DynamoDB: what is refused outright, and what is said first where several things are wrong.
  test.each<[string, TransactWriteItem[], string, string]>([
    [
      'one item twice',
      [put('x'), { Delete: { TableName: 'things', Key: key('x') } }],
      'ValidationException',
      'Transaction request cannot include multiple operations on one item',
    ],
    [
      'a table that is not there',
      [put('x'), { Put: { TableName: 'nothing', Item: key('x') } }],
      'ResourceNotFoundException',
      'Requested resource not found',
    ],
    [
      'an empty key',
      [put('x'), put('')],
      'ValidationException',
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    ],
    [
      'a malformed condition behind a missing table',
      [{ Put: { TableName: 'nothing', Item: key('x') } }, put('y', { ConditionExpression: 'attribute_not_exists(' })],
      'ValidationException',
      'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("',
    ],
    [
      'an unused value on a repeated item',
      [put('x'), put('x', { ...absent, ExpressionAttributeValues: { ':v': { S: 'x' } } })],
      'ValidationException',
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}',
    ],
    [
      'a put over 400 KB',
      [put('x', { Item: { ...key('x'), p: { S: 'x'.repeat(409_600) } } })],
      'ValidationException',
      'Item size has exceeded the maximum allowed size',
    ],
  ])('%s', async (_what, items, code, message) => {
    expect(await refused(items)).toMatchObject({ code, message });
    expect(names('things')).toEqual(['there']);
  });

  test('a token is done once in ten minutes, and belongs to one request', async () => {
    const increment: TransactWriteItem[] = [
      { Update: { TableName: 'things', Key: key('there'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } },
    ];
    const token = { ClientRequestToken: 'token-1' };
    const n = async () => (await client.call('GetItem', { TableName: 'things', Key: key('there') })).Item?.n?.N;
    await transact(increment, token);
    await transact(increment, token);
    expect(await n()).toBe('2');
    expect((await refused([put('x')], token)).code).toBe('IdempotentParameterMismatchException');
    await client.kernel.clock.advance(10 * 60_000 + 1);
    await transact(increment, token);
    expect(await n()).toBe('3');
  });

  test('a token whose transaction was cancelled may be tried again', async () => {
    const token = { ClientRequestToken: 'token-2' };
    await refused([put('there', absent)], token);
    await client.call('DeleteItem', { TableName: 'things', Key: key('there') });
    await transact([put('there', absent)], token);
    expect(names('things')).toEqual(['there']);
  });

  test('needs the permission of each write, not one of its own', () => {
    const access = client.dynamo.service.operations.get('TransactWriteItems')?.access({
      TransactItems: [
        put('x'),
        { Update: { TableName: 'things', Key: key('y'), UpdateExpression: 'REMOVE n' } },
        { Delete: { TableName: 'locks', Key: key('z') } },
        { ConditionCheck: { TableName: 'locks', Key: key('w'), ...absent } },
      ],
    });
    expect(access?.map(({ action, resource }) => `${action} ${resource.split('/')[1]}`)).toEqual([
      'dynamodb:PutItem things',
      'dynamodb:UpdateItem things',
      'dynamodb:DeleteItem locks',
      'dynamodb:ConditionCheckItem locks',
    ]);
  });
});
