import { createHash } from 'node:crypto';
import type {
  CancellationReason,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { AwsError, validationException } from '../aws-error.ts';
import { type Access, defineOperation } from '../operation.ts';
import { itemBytes } from './attribute-value.ts';
import { collectionMetricsLimit, consumedCapacityLimit, onFailureLimit, refuseUnsupported } from './parameters.ts';
import { type DynamoState, itemAccess, tableOfItems } from './state.ts';
import type { Change } from './table.ts';
import { ConditionFailed, type PreparedWrite, prepareCheck, prepareDelete, preparePut, prepareUpdate, targetText } from './write.ts';

const tokenLivesMs = 10 * 60_000;
const maxTransactionBytes = 4 * 1_048_576;

/** Throws `TransactionCanceledException` unless every reason's code is `None`. */
export function assertNotCancelled(reasons: readonly CancellationReason[]): void {
  if (reasons.every(({ Code }) => Code === 'None')) return;
  throw new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    { fields: { CancellationReasons: reasons } },
  );
}

const actionsOf = (item: TransactWriteItem) => [item.Put, item.Update, item.Delete, item.ConditionCheck].filter((action) => action !== undefined);

function prepare(item: TransactWriteItem): PreparedWrite {
  if (actionsOf(item).length !== 1) {
    throw validationException('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  if (item.Put) return preparePut(item.Put);
  if (item.Update) return prepareUpdate(item.Update);
  if (item.Delete) return prepareDelete(item.Delete);
  return prepareCheck(item.ConditionCheck ?? { TableName: '', Key: {}, ConditionExpression: '' });
}

/** Judges one action; what it would change, or why it cancels the transaction. */
function attempt(work: () => Change): { readonly change?: Change; readonly reason: CancellationReason } {
  try {
    return { change: work(), reason: { Code: 'None' } };
  } catch (error) {
    if (error instanceof ConditionFailed) {
      return { reason: { Code: 'ConditionalCheckFailed', Message: error.message, ...(error.item && { Item: error.item }) } };
    }
    if (error instanceof AwsError && error.code === 'ValidationException') {
      return { reason: { Code: 'ValidationError', Message: error.message } };
    }
    throw error;
  }
}

const digestOf = (input: TransactWriteItemsCommandInput): string =>
  createHash('sha256')
    .update(JSON.stringify(input.TransactItems, (_key, value: unknown) => (value instanceof Uint8Array ? [...value] : value)))
    .digest('hex');

/** There is no action of this name in IAM: each write needs its own. */
function accessOf(item: TransactWriteItem, state: DynamoState): Access[] {
  return [
    ...(item.Put ? [itemAccess(state, 'PutItem', item.Put.TableName ?? '', [item.Put.Item])] : []),
    ...(item.Update ? [itemAccess(state, 'UpdateItem', item.Update.TableName ?? '', [item.Update.Key])] : []),
    ...(item.Delete ? [itemAccess(state, 'DeleteItem', item.Delete.TableName ?? '', [item.Delete.Key])] : []),
    ...(item.ConditionCheck ? [itemAccess(state, 'ConditionCheckItem', item.ConditionCheck.TableName ?? '', [item.ConditionCheck.Key])] : []),
  ];
}

export const transactWriteItems = defineOperation<DynamoState, TransactWriteItemsCommandInput, Omit<TransactWriteItemsCommandOutput, '$metadata'>>({
  name: 'TransactWriteItems',
  access: (input, state) =>
    (input.TransactItems ?? [])
      .flatMap((item) => accessOf(item, state))
      .map((access) => ({ ...access, context: { ...access.context, 'dynamodb:EnclosingOperation': 'TransactWriteItems' } })),
  limits: {
    TransactItems: { min: 1, max: 100 },
    'TransactItems[].Put.ReturnValuesOnConditionCheckFailure': onFailureLimit,
    'TransactItems[].Update.ReturnValuesOnConditionCheckFailure': onFailureLimit,
    'TransactItems[].Delete.ReturnValuesOnConditionCheckFailure': onFailureLimit,
    'TransactItems[].ConditionCheck.ReturnValuesOnConditionCheckFailure': onFailureLimit,
    ClientRequestToken: { min: 1, max: 36 },
    ReturnConsumedCapacity: consumedCapacityLimit,
    ReturnItemCollectionMetrics: collectionMetricsLimit,
  },
  run(input, state) {
    refuseUnsupported('TransactWriteItems', input);
    const { kernel, transactions } = state;
    const nowMs = kernel.clock.now();
    for (const [token, { atMs }] of transactions) if (nowMs - atMs > tokenLivesMs) transactions.delete(token);
    const token = input.ClientRequestToken;
    const digest = token === undefined ? '' : digestOf(input);
    const done = token === undefined ? undefined : transactions.get(token);
    if (done && done.digest !== digest) {
      throw new AwsError(
        'IdempotentParameterMismatchException',
        'DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.',
      );
    }
    if (done) return {};

    // The order is DynamoDB's: what the requests say, the tables, empty keys; then schema, duplicates and conditions, which cancel or refuse.
    const writes = (input.TransactItems ?? []).map(prepare);
    if (writes.reduce((sum, { target }) => sum + itemBytes(target), 0) > maxTransactionBytes) {
      throw validationException('Transaction request size has exceeded the maximum allowed size of 4 MB');
    }
    const aimed = writes.map((write) => ({ write, table: tableOfItems(state, write.tableName) }));
    for (const { write, table } of aimed) write.assertNoEmptyKey(table);
    assertNotCancelled(
      aimed.map(({ write, table }) => {
        const { reason } = attempt(() => {
          write.assertFits(table);
          return { before: undefined, after: undefined };
        });
        return reason;
      }),
    );
    const targets = aimed.map(({ write, table }) => targetText(table, write));
    if (new Set(targets).size < targets.length) {
      throw validationException('Transaction request cannot include multiple operations on one item');
    }
    const attempts = aimed.map(({ write, table }) => ({ table, ...attempt(() => write.decide(table)) }));
    assertNotCancelled(attempts.map(({ reason }) => reason));
    for (const { table, change } of attempts) if (change) table.apply(change);
    if (token !== undefined) transactions.set(token, { digest, atMs: nowMs });
    return {};
  },
});
