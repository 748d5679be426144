import type { TransactGetItemsCommandInput, TransactGetItemsCommandOutput } from '@aws-sdk/client-dynamodb';
import { AwsError, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { assertNoEmptyKey, keyNames } from './keys.ts';
import { scalarText } from './ordered-items.ts';
import { consumedCapacityLimit, refuseUnsupported } from './parameters.ts';
import { prepareGet } from './prepare-get.ts';
import { type DynamoState, itemAccess, tableOfItems } from './state.ts';
import { assertNotCancelled } from './transact-write-items.ts';

export const transactGetItems = defineOperation<DynamoState, TransactGetItemsCommandInput, Omit<TransactGetItemsCommandOutput, '$metadata'>>({
  name: 'TransactGetItems',
  access: (input, state) => (input.TransactItems ?? []).map(({ Get }) => itemAccess(state, 'GetItem', Get?.TableName ?? '', [Get?.Key])),
  limits: { TransactItems: { min: 1, max: 100 }, ReturnConsumedCapacity: consumedCapacityLimit },
  run(input, state) {
    refuseUnsupported('TransactGetItems', input);
    const gets = (input.TransactItems ?? []).map(({ Get }) => ({ name: Get?.TableName ?? '', get: prepareGet(Get ?? {}) }));
    const found = gets.map(({ name, get }) => ({ get, table: tableOfItems(state, name) }));
    for (const { get, table } of found) assertNoEmptyKey(table, get.key, false);
    assertNotCancelled(
      found.map(({ get, table }) => {
        try {
          get.assertFits(table);
          return { Code: 'None' };
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          return { Code: 'ValidationError', Message: error.message };
        }
      }),
    );
    const targets = found.map(({ get, table }) =>
      JSON.stringify([table.definition.name, ...keyNames(table.key).map((part) => scalarText(get.key[part] ?? { NULL: true }))]),
    );
    if (new Set(targets).size < targets.length) {
      throw validationException('Transaction request cannot include multiple operations on one item');
    }
    return {
      Responses: found.map(({ get, table }) => {
        const item = get.read(table);
        return item ? { Item: item } : {};
      }),
    };
  },
});
