import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoClient, dynamoClient, type Item } from './client.ts';

let client: DynamoClient;
beforeEach(async () => {
  client = dynamoClient();
  await client.table('things', { hash: 'pk' });
  for (let n = 0; n < 25; n++) await client.call('PutItem', { TableName: 'things', Item: { pk: { S: `item-${n}` }, n: { N: String(n) } } });
});

const keys = (items: Item[] | undefined) => (items ?? []).map(({ pk }) => pk?.S ?? '');

describe('Scan', () => {
  test('pages through every item once, in an order of its own', async () => {
    const found: string[] = [];
    let start: unknown;
    do {
      const answer = await client.call('Scan', { TableName: 'things', Limit: 7, ...(start !== undefined && { ExclusiveStartKey: start }) });
      found.push(...keys(answer.Items));
      start = answer.LastEvaluatedKey;
    } while (start);
    const all = Array.from({ length: 25 }, (_, n) => `item-${n}`);
    expect(found.toSorted()).toEqual(all.toSorted());
    expect(found).not.toEqual(all);
    expect(found).toEqual(keys(client.dynamo.tables.items('things')));
  });

  test('segments share the table among them', async () => {
    const segments = await Promise.all(
      [0, 1, 2].map(async (Segment) => keys((await client.call('Scan', { TableName: 'things', Segment, TotalSegments: 3 })).Items)),
    );
    expect(segments.flat()).toEqual(keys(client.dynamo.tables.items('things')));
    for (const segment of segments) expect(segment.length).toBeGreaterThan(0);
  });

  test('filters after it has judged', async () => {
    const answer = await client.call('Scan', {
      TableName: 'things',
      FilterExpression: 'n < :n',
      ExpressionAttributeValues: { ':n': { N: '3' } },
    });
    expect(answer).toMatchObject({ Count: 3, ScannedCount: 25 });
  });
});
