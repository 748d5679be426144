import type { BatchWriteItemCommandInput, BatchWriteItemCommandOutput, WriteRequest } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { collectionMetricsLimit, consumedCapacityLimit, refuseUnsupported } from './parameters.ts';
import { type DynamoState, itemAccess, tableOfItems } from './state.ts';
import { type PreparedWrite, prepareDelete, preparePut, targetText } from './write.ts';

function prepare(name: string, { PutRequest, DeleteRequest }: WriteRequest): PreparedWrite {
  if (PutRequest && DeleteRequest) {
    throw validationException('Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes');
  }
  if (PutRequest) return preparePut({ TableName: name, Item: PutRequest.Item });
  if (DeleteRequest) return prepareDelete({ TableName: name, Key: DeleteRequest.Key });
  throw validationException('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
}

export const batchWriteItem = defineOperation<DynamoState, BatchWriteItemCommandInput, Omit<BatchWriteItemCommandOutput, '$metadata'>>({
  name: 'BatchWriteItem',
  access: (input, state) =>
    Object.entries(input.RequestItems ?? {}).map(([name, requests]) =>
      itemAccess(
        state,
        'BatchWriteItem',
        name,
        requests.map((request) => request.PutRequest?.Item ?? request.DeleteRequest?.Key),
      ),
    ),
  limits: {
    RequestItems: { min: 1, max: 25 },
    ReturnConsumedCapacity: consumedCapacityLimit,
    ReturnItemCollectionMetrics: collectionMetricsLimit,
  },
  run(input, state) {
    refuseUnsupported('BatchWriteItem', input);
    const requests = Object.entries(input.RequestItems ?? {});
    if (requests.reduce((sum, [, list]) => sum + list.length, 0) > 25) {
      throw validationException('Too many items requested for the BatchWriteItem call');
    }
    const writes = requests.flatMap(([name, list]) => list.map((request) => prepare(name, request)));
    // Everything is judged before anything is written; then each write stands for itself, and nobody could come between them here.
    const judged = writes.map((write) => ({ write, table: tableOfItems(state, write.tableName) }));
    const seen = new Set<string>();
    for (const { write, table } of judged) {
      write.assertNoEmptyKey(table);
      write.assertFits(table);
      const target = targetText(table, write);
      if (seen.has(target)) throw validationException('Provided list of item keys contains duplicates');
      seen.add(target);
    }
    for (const { write, table } of judged) table.apply(write.decide(table));
    return { UnprocessedItems: {} };
  },
});
