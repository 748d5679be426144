import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoClient, dynamoClient, type Item } from './client.ts';

let client: DynamoClient;
const key = (pk: string): Item => ({ pk: { S: pk } });
beforeEach(async () => {
  client = dynamoClient();
  await client.table('things', { hash: 'pk' });
  await client.call('BatchWriteItem', {
    RequestItems: { things: ['a', 'b', 'c'].map((pk) => ({ PutRequest: { Item: { ...key(pk), n: { N: '1' }, m: { N: '2' } } } })) },
  });
});

describe('BatchWriteItem', () => {
  test('puts and deletes', async () => {
    const answer = await client.call('BatchWriteItem', {
      RequestItems: { things: [{ DeleteRequest: { Key: key('a') } }, { PutRequest: { Item: key('d') } }] },
    });
    expect(answer).toEqual({ UnprocessedItems: {} });
    expect(
      client.dynamo.tables
        .items('things')
        .map(({ pk }) => pk?.S ?? '')
        .sort(),
    ).toEqual(['b', 'c', 'd']);
  });

  test('writes nothing where one request is wrong', async () => {
    const error = await client.refusal('BatchWriteItem', {
      RequestItems: { things: [{ DeleteRequest: { Key: key('a') } }, { DeleteRequest: { Key: key('a') } }] },
    });
    expect(error.message).toBe('Provided list of item keys contains duplicates');
    expect(client.dynamo.tables.items('things')).toHaveLength(3);
    const many = { RequestItems: { things: Array.from({ length: 26 }, (_, n) => ({ PutRequest: { Item: key(`k${n}`) } })) } };
    expect((await client.refusal('BatchWriteItem', many)).message).toBe('Too many items requested for the BatchWriteItem call');
  });
});

describe('BatchGetItem and TransactGetItems', () => {
  test('BatchGetItem answers what is there, projected', async () => {
    const answer = await client.call('BatchGetItem', {
      RequestItems: { things: { Keys: [key('a'), key('none'), key('c')], ProjectionExpression: 'n' } },
    });
    expect(answer).toEqual({ Responses: { things: [{ n: { N: '1' } }, { n: { N: '1' } }] }, UnprocessedKeys: {} });
  });

  test('TransactGetItems answers in order, with a place for what is not there', async () => {
    const get = (pk: string) => ({ Get: { TableName: 'things', Key: key(pk), ProjectionExpression: 'm' } });
    expect(await client.call('TransactGetItems', { TransactItems: [get('none'), get('b')] })).toEqual({
      Responses: [{}, { Item: { m: { N: '2' } } }],
    });
    expect((await client.refusal('TransactGetItems', { TransactItems: [get('b'), get('b')] })).message).toBe(
      'Transaction request cannot include multiple operations on one item',
    );
  });

  test('GetItem answers an empty item where a projection finds nothing, and no item where there is none', async () => {
    const get = (pk: string) => client.call('GetItem', { TableName: 'things', Key: key(pk), ProjectionExpression: 'nowhere' });
    expect(await get('a')).toEqual({ Item: {} });
    expect(await get('none')).toEqual({});
    const error = await client.refusal('GetItem', { TableName: 'things', Key: { ...key('a'), n: { N: '1' } } });
    expect(error.message).toBe('The provided key element does not match the schema');
  });
});
