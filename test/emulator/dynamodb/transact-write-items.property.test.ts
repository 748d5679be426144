import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { dynamoClient } from './client.ts';

/** What is asked of one counter, in words of the model: a map from name to number. */
type Ask =
  | { readonly kind: 'create'; readonly name: string; readonly to: number }
  | { readonly kind: 'add'; readonly name: string; readonly by: number; readonly below: number }
  | { readonly kind: 'delete'; readonly name: string; readonly at: number }
  | { readonly kind: 'check'; readonly name: string; readonly there: boolean };

const name = fc.constantFrom('a', 'b', 'c', 'd');
const small = fc.integer({ min: -3, max: 3 });
const ask: fc.Arbitrary<Ask> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), name, to: small }),
  fc.record({ kind: fc.constant('add' as const), name, by: small, below: small }),
  fc.record({ kind: fc.constant('delete' as const), name, at: small }),
  fc.record({ kind: fc.constant('check' as const), name, there: fc.boolean() }),
);

/** The model: the counters after all asks, or nothing where one does not hold. Every ask sees the counters as they were. */
function model(counters: ReadonlyMap<string, number>, asks: readonly Ask[]): Map<string, number> | undefined {
  const after = new Map(counters);
  for (const one of asks) {
    const now = counters.get(one.name);
    if (one.kind === 'create') {
      if (now !== undefined) return undefined;
      after.set(one.name, one.to);
    } else if (one.kind === 'add') {
      if (now === undefined || now >= one.below) return undefined;
      after.set(one.name, now + one.by);
    } else if (one.kind === 'delete') {
      if (now !== one.at) return undefined;
      after.delete(one.name);
    } else if ((now !== undefined) !== one.there) {
      return undefined;
    }
  }
  return after;
}

function asAction(one: Ask): TransactWriteItem {
  const at = { TableName: 'counters', Key: { name: { S: one.name } }, ExpressionAttributeNames: { '#name': 'name' } };
  const number = (n: number) => ({ N: String(n) });
  switch (one.kind) {
    case 'create':
      return {
        Put: {
          TableName: 'counters',
          Item: { name: { S: one.name }, n: number(one.to) },
          ConditionExpression: 'attribute_not_exists(n)',
        },
      };
    case 'add':
      return {
        Update: {
          TableName: 'counters',
          Key: at.Key,
          UpdateExpression: 'SET n = n + :by',
          ConditionExpression: 'n < :below',
          ExpressionAttributeValues: { ':by': number(one.by), ':below': number(one.below) },
        },
      };
    case 'delete':
      return { Delete: { TableName: 'counters', Key: at.Key, ConditionExpression: 'n = :at', ExpressionAttributeValues: { ':at': number(one.at) } } };
    case 'check':
      return { ConditionCheck: { ...at, ConditionExpression: `attribute_${one.there ? '' : 'not_'}exists(#name)` } };
  }
}

test('TransactWriteItems does all of a transaction or none, as a map of counters would', async () => {
  const transactions = fc.array(fc.uniqueArray(ask, { selector: (one) => one.name, minLength: 1, maxLength: 4 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(transactions, async (script) => {
      const client = dynamoClient();
      await client.table('counters', { hash: 'name' });
      let counters = new Map<string, number>();
      for (const asks of script) {
        const expected = model(counters, asks);
        const answer = await client.call('TransactWriteItems', { TransactItems: asks.map(asAction) }).catch((error: unknown) => error);
        if (expected) expect(answer).toEqual({});
        else {
          expect(answer).toBeInstanceOf(AwsError);
          expect((answer as AwsError).code).toBe('TransactionCanceledException');
          // Alone, each ask holds or fails as the reasons say.
          expect((answer as AwsError).fields.CancellationReasons).toEqual(
            asks.map((one) =>
              model(counters, [one]) ? { Code: 'None' } : { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
            ),
          );
        }
        counters = expected ?? counters;
        const stored = client.dynamo.tables.items('counters').map((item) => [item.name?.S, Number(item.n?.N)] as const);
        expect(new Map(stored)).toEqual(counters);
      }
    }),
    { numRuns: 150 },
  );
});
