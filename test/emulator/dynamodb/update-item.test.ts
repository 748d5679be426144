import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoClient, dynamoClient, type Item } from './client.ts';

let client: DynamoClient;
const Key: Item = { pk: { S: 'a' } };
const start: Item = {
  ...Key,
  n: { N: '10' },
  list: { L: [{ S: 'a' }, { S: 'b' }, { S: 'c' }, { S: 'd' }] },
  map: { M: { nested: { N: '1' }, other: { S: 'o' } } },
  tags: { SS: ['x', 'y'] },
};
const names = { '#l': 'list', '#m': 'map', '#key': 'key', '#owner': 'owner' };

beforeEach(async () => {
  client = dynamoClient();
  await client.table('things', { hash: 'pk' }, { 'by-owner': { hash: 'owner' } });
  await client.call('PutItem', { TableName: 'things', Item: start });
});

function input(expression: string, values: Item = {}, more: object = {}): object {
  const usedNames = Object.fromEntries(Object.entries(names).filter(([alias]) => new RegExp(`${alias}\\b`).test(expression)));
  return {
    TableName: 'things',
    Key,
    UpdateExpression: expression,
    ...(Object.keys(usedNames).length > 0 && { ExpressionAttributeNames: usedNames }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ...more,
  };
}
const update = (expression: string, values?: Item, more?: object) => client.call('UpdateItem', input(expression, values, more));
const refused = (expression: string, values?: Item, more?: object) => client.refusal('UpdateItem', input(expression, values, more));
const stored = () => client.dynamo.tables.items('things')[0];

describe('UpdateItem', () => {
  test.each<[string, Item, Item]>([
    ['SET n = n + :one', { ':one': { N: '1' } }, { n: { N: '11' } }],
    ['SET n = n - :tenth', { ':tenth': { N: '0.1' } }, { n: { N: '9.9' } }],
    ['SET n = (n + :one)', { ':one': { N: '1' } }, { n: { N: '11' } }],
    ['SET c = if_not_exists(c, :zero) + :one', { ':zero': { N: '0' }, ':one': { N: '1' } }, { c: { N: '1' } }],
    ['SET n = if_not_exists(n, :zero)', { ':zero': { N: '0' } }, { n: { N: '10' } }],
    ['SET h = list_append(if_not_exists(h, :empty), :e)', { ':empty': { L: [] }, ':e': { L: [{ S: 'e' }] } }, { h: { L: [{ S: 'e' }] } }],
    // Both sides are read before anything is written.
    ['SET b = n, n = :one', { ':one': { N: '1' } }, { b: { N: '10' }, n: { N: '1' } }],
    ['SET #l[5] = :e', { ':e': { S: 'e' } }, { list: { L: [{ S: 'a' }, { S: 'b' }, { S: 'c' }, { S: 'd' }, { S: 'e' }] } }],
    ['REMOVE #l[1], #l[0]', {}, { list: { L: [{ S: 'c' }, { S: 'd' }] } }],
    ['SET #l[1] = :e REMOVE #l[0]', { ':e': { S: 'e' } }, { list: { L: [{ S: 'e' }, { S: 'c' }, { S: 'd' }] } }],
    ['SET #m.nested = #m.nested + :one', { ':one': { N: '1' } }, { map: { M: { nested: { N: '2' }, other: { S: 'o' } } } }],
    ['REMOVE #m.nested', {}, { map: { M: { other: { S: 'o' } } } }],
    ['ADD n :one, c :one', { ':one': { N: '1' } }, { n: { N: '11' }, c: { N: '1' } }],
    ['ADD tags :more', { ':more': { SS: ['y', 'z'] } }, { tags: { SS: ['x', 'y', 'z'] } }],
    ['DELETE tags :some', { ':some': { SS: ['y', 'unknown'] } }, { tags: { SS: ['x'] } }],
    ['REMOVE absent', {}, {}],
    ['remove n set #key = :v', { ':v': { BOOL: false } }, { key: { BOOL: false }, n: undefined as unknown as Item[string] }],
  ])('%s', async (expression, values, changed) => {
    await update(expression, values);
    const expected: Item = { ...start, ...changed };
    if (changed.n === undefined && 'n' in changed) delete expected.n;
    expect(stored()).toEqual(expected);
  });

  test('removes a set that loses its last member', async () => {
    await update('DELETE tags :all', { ':all': { SS: ['x', 'y'] } });
    expect(stored()).not.toHaveProperty('tags');
  });

  test('makes an item that was not there, of its key and what is set', async () => {
    await client.call('UpdateItem', { ...input('SET n = :one', { ':one': { N: '1' } }), Key: { pk: { S: 'b' } } });
    await client.call('UpdateItem', { TableName: 'things', Key: { pk: { S: 'c' } } });
    expect((await client.call('GetItem', { TableName: 'things', Key: { pk: { S: 'b' } } })).Item).toEqual({ pk: { S: 'b' }, n: { N: '1' } });
    expect((await client.call('GetItem', { TableName: 'things', Key: { pk: { S: 'c' } } })).Item).toEqual({ pk: { S: 'c' } });
  });

  test.each([
    ['NONE', undefined],
    ['ALL_OLD', start],
    ['ALL_NEW', { ...start, n: { N: '11' }, map: { M: { nested: { N: '5' }, other: { S: 'o' } } } }],
    ['UPDATED_OLD', { n: { N: '10' }, map: { M: { nested: { N: '1' } } } }],
    ['UPDATED_NEW', { n: { N: '11' }, map: { M: { nested: { N: '5' } } } }],
  ])('ReturnValues %s', async (ReturnValues, expected) => {
    const answer = await update('SET n = n + :one, #m.nested = :five', { ':one': { N: '1' }, ':five': { N: '5' } }, { ReturnValues });
    expect(answer.Attributes).toEqual(expected);
  });

  // DynamoDB's own words.
  test.each<[string, Item, string]>([
    ['', {}, 'Invalid UpdateExpression: The expression can not be empty;'],
    ['INVALID SYNTAX HERE', {}, 'Invalid UpdateExpression: Syntax error; token: "INVALID", near: "INVALID SYNTAX"'],
    ['SET pk = :v', { ':v': { S: 'b' } }, 'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key'],
    ['SET n = :a SET c = :a', { ':a': { N: '1' } }, 'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;'],
    [
      'SET #m.nested = :v REMOVE #m',
      { ':v': { S: 'x' } },
      'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [map, nested], path two: [map]',
    ],
    [
      'SET #m.a = :v, #m[1] = :v',
      { ':v': { S: 'x' } },
      'Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [map, a], path two: [map, [1]]',
    ],
    ['SET n = c + :one', { ':one': { N: '1' } }, 'The provided expression refers to an attribute that does not exist in the item'],
    ['SET n = tags + :one', { ':one': { N: '1' } }, 'An operand in the update expression has an incorrect data type'],
    ['ADD #l :one', { ':one': { N: '1' } }, 'An operand in the update expression has an incorrect data type'],
    ['SET absent.deep = :v', { ':v': { S: 'x' } }, 'The document path provided in the update expression is invalid for update'],
    [
      'ADD n :v',
      { ':v': { S: 'x' } },
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND',
    ],
    [
      'SET n = n + :v',
      { ':v': { S: 'x' } },
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, operand type: S',
    ],
    [
      'SET n = if_not_exists(:v, n)',
      { ':v': { S: 'x' } },
      'Invalid UpdateExpression: Operator or function requires a document path; operator or function: if_not_exists',
    ],
    ['SET n = :v', {}, 'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :v'],
    ['SET abOrt = :v', { ':v': { S: 'x' } }, 'Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: abOrt'],
    ['SET #owner = :v', { ':v': { N: '1' } }, 'The update expression attempted to update the secondary index key to unsupported type'],
  ])('%j is refused', async (expression, values, message) => {
    expect(await refused(expression, values)).toMatchObject({ code: 'ValidationException', message });
    expect(stored()).toEqual(start);
  });

  test.each(['SET n', 'SET n = :a :a', 'SET n = n + n + n', 'ADD n n', 'DELETE tags', 'REMOVE :a', 'SET (n = n)', 'SET n = 1', 'SET n = n / n'])(
    '%j does not parse',
    async (expression) => {
      expect((await refused(expression, expression.includes(':a') ? { ':a': { N: '1' } } : {})).message).toMatch(
        /^Invalid UpdateExpression: Syntax error; token: /,
      );
    },
  );

  test('checks the condition on the item as it was', async () => {
    const condition = { ConditionExpression: 'n = :ten' };
    await update('SET n = :one', { ':one': { N: '1' }, ':ten': { N: '10' } }, condition);
    expect((await refused('SET n = :one', { ':one': { N: '1' }, ':ten': { N: '10' } }, condition)).code).toBe('ConditionalCheckFailedException');
  });

  test('refuses an update that makes the item too large', async () => {
    await update('SET p = :p', { ':p': { S: 'x'.repeat(300_000) } });
    const error = await refused('SET q = :p', { ':p': { S: 'x'.repeat(200_000) } });
    expect(error.message).toBe('Item size to update has exceeded the maximum allowed size');
  });
});
