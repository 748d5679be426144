import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoClient, dynamoClient, type Item } from './client.ts';

let client: DynamoClient;
beforeEach(async () => {
  client = dynamoClient();
  await client.table('things', { hash: 'pk', range: 'sk:N' }, { 'by-owner': { hash: 'owner', range: 'at:N' } });
});
const put = (Item: Item, more: object = {}) => client.call('PutItem', { TableName: 'things', Item, ...more });
const refused = (Item: Item, more: object = {}) => client.refusal('PutItem', { TableName: 'things', Item, ...more });
const key: Item = { pk: { S: 'a' }, sk: { N: '1' } };

describe('PutItem', () => {
  test('replaces the item, and answers the old one to who asks', async () => {
    await put({ ...key, value: { S: 'old' } });
    const answer = await put({ ...key, other: { N: '2' } }, { ReturnValues: 'ALL_OLD' });
    expect(answer).toEqual({ Attributes: { ...key, value: { S: 'old' } } });
    expect(client.dynamo.tables.items('things')).toEqual([{ ...key, other: { N: '2' } }]);
  });

  test('keys are equal by value: 1, 1.0 and 1e0 are one item', async () => {
    for (const sk of ['1', '1.0', '1e0']) await put({ pk: { S: 'a' }, sk: { N: sk } });
    expect(client.dynamo.tables.items('things')).toEqual([key]);
  });

  test('keeps its own copy of what it is given', async () => {
    const list = [{ S: 'a' }];
    await put({ ...key, list: { L: list } });
    list.push({ S: 'b' });
    const answer = await client.call('GetItem', { TableName: 'things', Key: key });
    answer.Item?.list?.L?.push({ S: 'c' });
    expect(client.dynamo.tables.items('things')).toEqual([{ ...key, list: { L: [{ S: 'a' }] } }]);
  });

  test.each<[string, Item, string]>([
    ['a missing key', { pk: { S: 'a' } }, 'One or more parameter values were invalid: Missing the key sk in the item'],
    [
      'a key of another type',
      { pk: { N: '5' }, sk: { N: '1' } },
      'One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N',
    ],
    [
      'an empty key',
      { pk: { S: '' }, sk: { N: '1' } },
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    ],
    [
      'an index key of another type',
      { ...key, owner: { N: '1' } },
      'One or more parameter values were invalid: Type mismatch for Index Key owner Expected: S Actual: N IndexName: by-owner',
    ],
    ['no type', { ...key, bad: {} as Item[string] }, 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'],
    ['an empty set', { ...key, bad: { NS: [] } }, 'One or more parameter values were invalid: An number set  may not be empty'],
    ['an empty binary set', { ...key, bad: { BS: [] } }, 'One or more parameter values were invalid: Binary sets should not be empty'],
    ['equal numbers in a set', { ...key, bad: { NS: ['1', '1.0'] } }, 'Input collection contains duplicates'],
    [
      'a NULL that is not true',
      { ...key, bad: { NULL: false } },
      'One or more parameter values were invalid: Null attribute value types must have the value of true',
    ],
  ])('%s is refused', async (_what, item, message) => {
    expect(await refused(item)).toMatchObject({ code: 'ValidationException', message });
    expect(client.dynamo.tables.items('things')).toEqual([]);
  });

  test('accepts 409,600 bytes and refuses one more', async () => {
    // pk 2 + a 1, sk 2 + number 2, p 1 + padding.
    const sized = (bytes: number): Item => ({ ...key, p: { S: 'x'.repeat(bytes - 8) } });
    await put(sized(409_600));
    expect((await refused(sized(409_601))).message).toBe('Item size has exceeded the maximum allowed size');
  });

  test('accepts 32 levels and refuses 33', async () => {
    const deep = (wraps: number): Item[string] => (wraps === 0 ? { S: 'leaf' } : { M: { n: deep(wraps - 1) } });
    await put({ ...key, data: deep(31) });
    expect((await refused({ ...key, data: deep(32) })).message).toBe(
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    );
  });

  test('to a table that is not there', async () => {
    const error = await client.refusal('PutItem', { TableName: 'nothing', Item: key });
    expect(error).toMatchObject({ code: 'ResourceNotFoundException', message: 'Requested resource not found' });
  });

  test('refuses by name what is not emulated', async () => {
    expect((await refused(key, { Expected: { pk: { Exists: false } } })).message).toContain('legacy parameter Expected');
    expect((await refused(key, { ReturnConsumedCapacity: 'TOTAL' })).code).toBe('NotEmulated');
    expect((await refused(key, { Expected: {}, ConditionExpression: 'attribute_not_exists(pk)' })).message).toBe(
      'Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}',
    );
  });

  test('needs dynamodb:PutItem on the table, with the partition key as leading key', () => {
    const access = client.dynamo.service.operations.get('PutItem')?.access({ TableName: 'things', Item: key });
    expect(access).toEqual([
      {
        action: 'dynamodb:PutItem',
        resource: 'arn:aws:dynamodb:eu-west-1:000000000000:table/things',
        context: { 'dynamodb:LeadingKeys': ['a'] },
      },
    ]);
  });
});
