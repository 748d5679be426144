import { describe, expect, test } from 'vitest';
import { lineTrace } from '../../../src/emulator/trace.ts';
import { testKernel } from '../kernel.ts';
import { dynamoClient, type Item } from './client.ts';

const hourMs = 3_600_000;

describe('CreateTable', () => {
  const definition = {
    TableName: 'things',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  };

  test('is described, listed and deleted', async () => {
    const { call, refusal } = dynamoClient();
    expect(await call('CreateTable', { ...definition, DeletionProtectionEnabled: true })).toMatchObject({
      TableDescription: { TableStatus: 'CREATING', TableArn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/things' },
    });
    expect(await refusal('CreateTable', definition)).toMatchObject({ code: 'ResourceInUseException', message: 'Table already exists: things' });
    expect(await call('DescribeTable', { TableName: 'things' })).toMatchObject({
      Table: { TableStatus: 'ACTIVE', ItemCount: 0, KeySchema: definition.KeySchema },
    });
    expect(await call('DescribeTable', { TableName: 'arn:aws:dynamodb:eu-west-1:000000000000:table/things' })).toHaveProperty('Table');
    expect(await refusal('DeleteTable', { TableName: 'things' })).toMatchObject({ code: 'ValidationException' });

    await call('CreateTable', { ...definition, TableName: 'another' });
    expect(await call('ListTables', { Limit: 1 })).toEqual({ TableNames: ['another'], LastEvaluatedTableName: 'another' });
    expect(await call('ListTables', { ExclusiveStartTableName: 'another' })).toEqual({ TableNames: ['things'] });
    await call('DeleteTable', { TableName: 'another' });
    expect(await refusal('DescribeTable', { TableName: 'another' })).toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: another not found',
    });
  });

  test.each<[string, object, string]>([
    [
      'a key without a definition',
      { AttributeDefinitions: [{ AttributeName: 'other', AttributeType: 'S' }] },
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [pk], AttributeDefinitions: [other]',
    ],
    [
      'a definition without a key',
      { AttributeDefinitions: [...definition.AttributeDefinitions, { AttributeName: 'other', AttributeType: 'S' }] },
      'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    ],
    [
      'no capacity',
      { BillingMode: 'PROVISIONED' },
      'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    ],
    ['streams', { StreamSpecification: { StreamEnabled: true } }, 'The embedded AWS does not emulate streams of dynamodb:CreateTable'],
  ])('%s is refused', async (_what, change, message) => {
    const { refusal } = dynamoClient();
    expect((await refusal('CreateTable', { ...definition, ...change })).message).toContain(message);
  });
});

describe('time to live', () => {
  test('deletes what has ended, within 48 hours, and says so in the trace', async () => {
    const lines: string[] = [];
    const kernel = testKernel({
      trace: {
        write: (kind, data) =>
          lineTrace(
            () => kernel.clock.now(),
            (line) => lines.push(line),
          ).write(kind, data),
      },
    });
    const client = dynamoClient(kernel);
    await client.table('things', { hash: 'pk' });
    await client.call('UpdateTimeToLive', { TableName: 'things', TimeToLiveSpecification: { AttributeName: 'ends', Enabled: true } });
    const put = (pk: string, ends: Item[string]) => client.call('PutItem', { TableName: 'things', Item: { pk: { S: pk }, ends } });
    const nowSeconds = kernel.clock.now() / 1000;
    await put('ended', { N: String(nowSeconds - 1) });
    await put('in-a-week', { N: String(nowSeconds + 7 * 86_400) });
    await put('text', { S: String(nowSeconds - 1) });
    await put('six-years-ago', { N: String(nowSeconds - 6 * 365 * 86_400) });
    const names = () =>
      client.dynamo.tables
        .items('things')
        .map(({ pk }) => pk?.S ?? '')
        .sort();

    // An item that has ended is still read until it goes.
    expect(names()).toEqual(['ended', 'in-a-week', 'six-years-ago', 'text']);
    await kernel.clock.advance(48 * hourMs);
    expect(names()).toEqual(['in-a-week', 'six-years-ago', 'text']);
    await kernel.clock.advance(5 * 24 * hourMs - 1);
    expect(names()).toContain('in-a-week');
    await kernel.clock.advance(48 * hourMs);
    expect(names()).toEqual(['six-years-ago', 'text']);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { kind: 'state', service: 'dynamodb', table: 'things', deleted: { pk: { S: 'ended' } }, reason: 'time to live' },
      { deleted: { pk: { S: 'in-a-week' } } },
    ]);
  });

  test('is switched once each way', async () => {
    const { call, refusal, table } = dynamoClient();
    await table('things', { hash: 'pk' });
    const set = (Enabled: boolean) => ({ TableName: 'things', TimeToLiveSpecification: { AttributeName: 'ends', Enabled } });
    expect((await refusal('UpdateTimeToLive', set(false))).message).toBe('TimeToLive is already disabled');
    await call('UpdateTimeToLive', set(true));
    expect((await refusal('UpdateTimeToLive', set(true))).message).toBe('TimeToLive is already enabled');
    expect(await call('DescribeTimeToLive', { TableName: 'things' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ends' },
    });
  });
});
