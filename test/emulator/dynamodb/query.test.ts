import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoClient, dynamoClient, type Item } from './client.ts';

let client: DynamoClient;
beforeEach(async () => {
  client = dynamoClient();
  await client.table(
    'events',
    { hash: 'pk', range: 'sk:N' },
    {
      'by-owner': { hash: 'team', range: 'at:N' },
      'keys-only': { hash: 'team', projection: 'KEYS_ONLY' },
      included: { hash: 'team', projection: ['weight'] },
    },
  );
  // 2 and 10: by text 10 comes first, by number it does not.
  for (const sk of ['10', '2', '-1', '0.5', '100']) {
    await client.call('PutItem', { TableName: 'events', Item: { pk: { S: 'a' }, sk: { N: sk }, weight: { N: sk } } });
  }
  await client.call('PutItem', { TableName: 'events', Item: { pk: { S: 'b' }, sk: { N: '1' } } });
});

const query = (KeyConditionExpression: string, values: Item, more: object = {}) =>
  client.call('Query', { TableName: 'events', KeyConditionExpression, ExpressionAttributeValues: values, ...more });
const refused = (KeyConditionExpression: string, values: Item, more: object = {}) =>
  client.refusal('Query', { TableName: 'events', KeyConditionExpression, ExpressionAttributeValues: values, ...more });
const a: Item = { ':p': { S: 'a' } };
const order = (answer: { Items?: Item[] }) => answer.Items?.map(({ sk }) => sk?.N);

describe('Query', () => {
  test('answers one partition in the order of numbers, either way', async () => {
    expect(order(await query('pk = :p', a))).toEqual(['-1', '0.5', '2', '10', '100']);
    expect(order(await query('pk = :p', a, { ScanIndexForward: false }))).toEqual(['100', '10', '2', '0.5', '-1']);
  });

  test.each<[string, Item, string[]]>([
    ['sk = :x', { ':x': { N: '2.0' } }, ['2']],
    ['sk < :x', { ':x': { N: '2' } }, ['-1', '0.5']],
    ['sk <= :x', { ':x': { N: '2' } }, ['-1', '0.5', '2']],
    ['sk > :x', { ':x': { N: '2' } }, ['10', '100']],
    [':x <= sk', { ':x': { N: '10' } }, ['10', '100']],
    ['sk BETWEEN :x AND :y', { ':x': { N: '0' }, ':y': { N: '10' } }, ['0.5', '2', '10']],
  ])('pk = :p AND %s', async (condition, values, expected) => {
    expect(order(await query(`pk = :p AND ${condition}`, { ...a, ...values }))).toEqual(expected);
    expect(order(await query(`${condition} AND pk = :p`, { ...a, ...values }))).toEqual(expected);
  });

  test('orders text by its UTF-8 bytes and finds prefixes', async () => {
    await client.table('texts', { hash: 'pk', range: 'sk' });
    // U+FF5E comes after U+1F600 in UTF-16, before it in UTF-8.
    for (const sk of ['\u{1F600}', '～', 'b', 'step#2', 'step#10', 'Z']) {
      await client.call('PutItem', { TableName: 'texts', Item: { pk: { S: 'a' }, sk: { S: sk } } });
    }
    const answer = await client.call('Query', { TableName: 'texts', KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: a });
    expect(answer.Items?.map(({ sk }) => sk?.S)).toEqual(['Z', 'b', 'step#10', 'step#2', '～', '\u{1F600}']);
    const steps = await client.call('Query', {
      TableName: 'texts',
      KeyConditionExpression: 'pk = :p AND begins_with(sk, :x)',
      ExpressionAttributeValues: { ...a, ':x': { S: 'step#' } },
    });
    expect(steps.Items?.map(({ sk }) => sk?.S)).toEqual(['step#10', 'step#2']);
  });

  test('pages: Limit counts what is judged, the filter keeps what is answered, the last key goes on', async () => {
    const pages: (string | undefined)[][] = [];
    let start: unknown;
    do {
      const answer = await query(
        'pk = :p',
        { ...a, ':w': { N: '2' } },
        { Limit: 2, FilterExpression: 'weight >= :w', ...(start !== undefined && { ExclusiveStartKey: start }) },
      );
      expect(answer.ScannedCount).toBeLessThanOrEqual(2);
      pages.push(order(answer) ?? []);
      start = answer.LastEvaluatedKey;
    } while (start);
    expect(pages).toEqual([[], ['2', '10'], ['100']]);
  });

  test('a page that ends at Limit names its last key though nothing follows', async () => {
    const answer = await query('pk = :p', a, { Limit: 5 });
    expect(answer).toMatchObject({ Count: 5, LastEvaluatedKey: { pk: { S: 'a' }, sk: { N: '100' } } });
    expect(await query('pk = :p', a, { ExclusiveStartKey: answer.LastEvaluatedKey })).toEqual({ Items: [], Count: 0, ScannedCount: 0 });
  });

  test('goes on from a key whose item has gone meanwhile', async () => {
    const { LastEvaluatedKey } = await query('pk = :p', a, { Limit: 2, ScanIndexForward: false });
    await client.call('DeleteItem', { TableName: 'events', Key: LastEvaluatedKey });
    expect(order(await query('pk = :p', a, { ExclusiveStartKey: LastEvaluatedKey, ScanIndexForward: false }))).toEqual(['2', '0.5', '-1']);
  });

  test('ends a page at 1 MB', async () => {
    await client.table('large', { hash: 'pk', range: 'sk:N' });
    for (let n = 0; n < 4; n++) {
      await client.call('PutItem', { TableName: 'large', Item: { pk: { S: 'a' }, sk: { N: String(n) }, p: { S: 'x'.repeat(400_000) } } });
    }
    const answer = await client.call('Query', { TableName: 'large', KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: a });
    expect(answer).toMatchObject({ Count: 3, LastEvaluatedKey: { sk: { N: '2' } } });
  });

  test('projects, and counts', async () => {
    const answer = await query('pk = :p', a, { ProjectionExpression: 'weight', Limit: 1 });
    expect(answer.Items).toEqual([{ weight: { N: '-1' } }]);
    expect(await query('pk = :p', a, { Select: 'COUNT' })).toEqual({ Count: 5, ScannedCount: 5 });
  });

  test('an index holds only items that have its keys, in their order, and follows updates', async () => {
    const set = (sk: string, team: string, at: string) =>
      client.call('UpdateItem', {
        TableName: 'events',
        Key: { pk: { S: 'a' }, sk: { N: sk } },
        UpdateExpression: 'SET team = :o, #at = :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':o': { S: team }, ':at': { N: at } },
      });
    await set('2', 'x', '30');
    await set('10', 'x', '4');
    await set('100', 'y', '1');
    const x: Item = { ':o': { S: 'x' } };
    expect(order(await query('team = :o', x, { IndexName: 'by-owner' }))).toEqual(['10', '2']);
    expect((await query('team = :o', x, { IndexName: 'keys-only' })).Items).toHaveLength(2);
    expect((await query('team = :o', x, { IndexName: 'keys-only', Limit: 1 })).LastEvaluatedKey).toHaveProperty('team');
    expect((await query('team = :o', { ':o': { S: 'y' } }, { IndexName: 'keys-only' })).Items).toEqual([
      { pk: { S: 'a' }, sk: { N: '100' }, team: { S: 'y' } },
    ]);
    expect((await query('team = :o', { ':o': { S: 'y' } }, { IndexName: 'included' })).Items).toEqual([
      { pk: { S: 'a' }, sk: { N: '100' }, team: { S: 'y' }, weight: { N: '100' } },
    ]);

    await set('2', 'y', '0');
    await client.call('DeleteItem', { TableName: 'events', Key: { pk: { S: 'a' }, sk: { N: '10' } } });
    expect((await query('team = :o', x, { IndexName: 'by-owner' })).Items).toEqual([]);
    expect(order(await query('team = :o', { ':o': { S: 'y' } }, { IndexName: 'by-owner' }))).toEqual(['2', '100']);
  });

  // DynamoDB's own words.
  test.each<[string, Item, object, string]>([
    ['sk = :p', a, {}, 'Query condition missed key schema element: pk'],
    [
      'pk = :p AND sk > :x AND sk < :y',
      { ...a, ':x': { N: '1' }, ':y': { N: '5' } },
      {},
      'Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key',
    ],
    [
      'pk = :p AND sk > :x AND extra = :y',
      { ...a, ':x': { N: '1' }, ':y': { N: '5' } },
      {},
      'The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)',
    ],
    [
      'pk = :p AND begins_with(sk, :x)',
      { ...a, ':x': { N: '1' } },
      {},
      'Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    [
      'pk = :p AND begins_with(sk, :x)',
      { ...a, ':x': { S: 'a' } },
      {},
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    ],
    ['pk > :p', a, {}, 'Query key condition not supported'],
    ['team = :p', a, { IndexName: 'by-owner', ConsistentRead: true }, 'Consistent reads are not supported on global secondary indexes'],
    ['team = :p', a, { IndexName: 'other' }, 'The table does not have the specified index: other'],
    [
      'team = :p',
      a,
      { IndexName: 'keys-only', ProjectionExpression: 'weight' },
      'One or more parameter values were invalid: Global secondary index keys-only does not project [weight]',
    ],
    [
      'pk = :p',
      { ...a, ':x': { N: '1' } },
      { FilterExpression: 'sk = :x' },
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
    ],
  ])('%j is refused', async (condition, values, more, message) => {
    expect(await refused(condition, values, more)).toMatchObject({ code: 'ValidationException', message });
  });

  test('needs dynamodb:Query on the table or on the index', () => {
    const access = (input: object) => client.dynamo.service.operations.get('Query')?.access({ TableName: 'events', ...input });
    const arn = 'arn:aws:dynamodb:eu-west-1:000000000000:table/events';
    expect(access({})).toEqual([{ action: 'dynamodb:Query', resource: arn }]);
    expect(access({ IndexName: 'by-owner' })).toEqual([{ action: 'dynamodb:Query', resource: `${arn}/index/by-owner` }]);
  });
});
