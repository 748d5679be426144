import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoClient, dynamoClient, type Item } from './client.ts';

let client: DynamoClient;
const item: Item = {
  id: { S: 'a' },
  n: { N: '10' },
  text: { S: 'canary' },
  tags: { SS: ['x', 'y'] },
  numbers: { NS: ['1', '2.5'] },
  list: { L: [{ S: 'first' }, { M: { deep: { N: '7' } } }] },
  map: { M: { nested: { S: 'value' } } },
  flag: { BOOL: true },
  nothing: { NULL: true },
  bytes: { B: Uint8Array.of(1, 2, 3) },
};
const names = { '#text': 'text', '#list': 'list', '#map': 'map', '#bytes': 'bytes' };
const values: Item = {
  ':ten': { N: '10.0' },
  ':nine': { N: '9' },
  ':hundred': { N: '100' },
  ':can': { S: 'can' },
  ':x': { S: 'x' },
  ':set': { SS: ['y', 'x'] },
  ':first': { S: 'first' },
  ':seven': { N: '7' },
  ':value': { S: 'value' },
  ':true': { BOOL: true },
  ':bytes': { B: Uint8Array.of(1, 2) },
  ':SS': { S: 'SS' },
  ':two': { N: '2.50' },
};

/** Only the placeholders an expression uses: DynamoDB refuses the others. */
function used(expression: string): object {
  const pick = <T>(all: Record<string, T>) => Object.fromEntries(Object.entries(all).filter(([key]) => new RegExp(`${key}\\b`).test(expression)));
  const [usedNames, usedValues] = [pick(names), pick(values)];
  return {
    ...(Object.keys(usedNames).length > 0 && { ExpressionAttributeNames: usedNames }),
    ...(Object.keys(usedValues).length > 0 && { ExpressionAttributeValues: usedValues }),
  };
}

beforeEach(async () => {
  client = dynamoClient();
  await client.table('things', { hash: 'id' });
  await client.call('PutItem', { TableName: 'things', Item: item });
});

describe('a condition', () => {
  test.each([
    'n = :ten',
    'n BETWEEN :nine AND :hundred',
    'n IN (:nine, :ten)',
    'n > :nine AND n < :hundred',
    'NOT n = :nine',
    'n <> :nine',
    'absent <> :nine',
    'NOT absent = :nine',
    'attribute_not_exists(absent)',
    'attribute_exists(#map.nested)',
    'attribute_not_exists(#map.elsewhere)',
    'attribute_type(tags, :SS)',
    'begins_with(#text, :can)',
    'begins_with(#bytes, :bytes)',
    'contains(#text, :can)',
    'contains(tags, :x)',
    'contains(numbers, :two)',
    'contains(#list, :first)',
    'tags = :set',
    'size(#text) < :ten',
    'size(#list) <> :nine',
    '#list[1].deep = :seven',
    '#map.nested = :value',
    'flag = :true',
    ':nine < n',
    // NOT binds tighter than AND, AND tighter than OR.
    'n = :ten OR n = :nine AND flag <> :true',
    'NOT (n = :nine OR n = :hundred)',
    '(n) = (:ten)',
  ])('holds: %s', async (expression) => {
    await client.call('DeleteItem', { TableName: 'things', Key: { id: { S: 'a' } }, ConditionExpression: expression, ...used(expression) });
    expect(client.dynamo.tables.items('things')).toEqual([]);
  });

  test.each([
    'n = :nine',
    'n < :can', // Numbers and text are in no order.
    'absent = :ten',
    'absent < :ten',
    'n = :ten AND attribute_exists(absent)',
    'NOT n = :ten',
    'begins_with(#text, :x)',
    'contains(tags, :can)',
    'size(n) = :ten OR size(absent) = :ten',
    '#list[5] = :first',
    'n = :nine OR n = :ten AND flag <> :true',
  ])('does not hold: %s', async (expression) => {
    const error = await client.refusal('DeleteItem', {
      TableName: 'things',
      Key: { id: { S: 'a' } },
      ConditionExpression: expression,
      ...used(expression),
    });
    expect(error).toMatchObject({ code: 'ConditionalCheckFailedException', message: 'The conditional request failed', fields: {} });
    expect(client.dynamo.tables.items('things')).toEqual([item]);
  });

  test('that does not hold shows the item to a caller who asks for it', async () => {
    const error = await client.refusal('PutItem', {
      TableName: 'things',
      Item: { id: { S: 'a' } },
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    expect(error.fields).toEqual({ Item: item });
  });

  // DynamoDB's own words.
  test.each<[string, object, string]>([
    ['', {}, 'Invalid ConditionExpression: The expression can not be empty;'],
    ['attribute_not_exists(', {}, 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("'],
    ['n = :ten flag', {}, 'Invalid ConditionExpression: Syntax error; token: "flag", near: ":ten flag"'],
    ['n', {}, 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "n"'],
    ['n AND attribute_exists(n)', {}, 'Invalid ConditionExpression: Syntax error; token: "AND", near: "n AND attribute_exists"'],
    ['status = :ten', {}, 'Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: status'],
    ['((attribute_not_exists(pk)))', {}, 'Invalid ConditionExpression: The expression has redundant parentheses;'],
    ['exists(n)', {}, 'Invalid ConditionExpression: Invalid function name; function: exists'],
    ['size(n)', {}, 'Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: size'],
    [
      'attribute_exists(a) = :ten',
      {},
      'Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: attribute_exists',
    ],
    ['n = :none', {}, 'Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :none'],
    ['#none = :ten', {}, 'Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #none'],
    [
      'begins_with(n)',
      {},
      'Invalid ConditionExpression: Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1',
    ],
    [
      'begins_with(n, :ten)',
      {},
      'Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    ['n < :true', {}, 'Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: <, operand type: BOOL'],
    [
      'attribute_exists(:ten)',
      {},
      'Invalid ConditionExpression: Operator or function requires a document path; operator or function: attribute_exists',
    ],
    [
      'attribute_type(n, :x)',
      {},
      'Invalid ConditionExpression: Invalid attribute type name found; type: x, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
    ],
    [
      'contains(tags, tags)',
      {},
      'Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [tags]',
    ],
    [
      'n BETWEEN :hundred AND :nine',
      {},
      'Invalid ConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:100}, upper bound operand: AttributeValue: {N:9}',
    ],
    ['n = :ten', { ExpressionAttributeNames: { '#b': 'b' } }, 'Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}'],
    [
      'attribute_exists(n)',
      { ExpressionAttributeValues: { ':v': { S: 'x' } } },
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}',
    ],
    ['n = :ten', { ExpressionAttributeNames: { a: 'a' } }, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'],
    [
      'n = :v',
      { ExpressionAttributeValues: { ':v': { SS: [] } } },
      'ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  may not be empty for key :v',
    ],
  ])('%j is refused', async (expression, extra, message) => {
    const error = await client.refusal('DeleteItem', {
      TableName: 'things',
      Key: { id: { S: 'a' } },
      ConditionExpression: expression,
      ...used(expression),
      ...extra,
    });
    expect(error).toMatchObject({ code: 'ValidationException', message });
  });

  test('of 4096 bytes is read, of 4097 is refused', async () => {
    const sized = (bytes: number) => `attribute_not_exists(${'a'.repeat(bytes - 22)})`;
    await client.call('PutItem', { TableName: 'things', Item: { id: { S: 'b' } }, ConditionExpression: sized(4096) });
    const error = await client.refusal('PutItem', { TableName: 'things', Item: { id: { S: 'c' } }, ConditionExpression: sized(4097) });
    expect(error.message).toContain('Expression size has exceeded the maximum allowed size');
  });
});
