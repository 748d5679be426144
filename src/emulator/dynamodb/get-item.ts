import type { GetItemCommandInput, GetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { defineOperation } from '../operation.ts';
import { consumedCapacityLimit, refuseUnsupported, tableNameLimit } from './parameters.ts';
import { prepareGet } from './prepare-get.ts';
import { type DynamoState, itemAccess, tableOfItems } from './state.ts';

export const getItem = defineOperation<DynamoState, GetItemCommandInput, Omit<GetItemCommandOutput, '$metadata'>>({
  name: 'GetItem',
  access: (input, state) => [itemAccess(state, 'GetItem', input.TableName ?? '', [input.Key])],
  limits: { TableName: tableNameLimit, ReturnConsumedCapacity: consumedCapacityLimit },
  run(input, state) {
    const { ProjectionExpression } = input;
    refuseUnsupported('GetItem', input, { ProjectionExpression });
    const get = prepareGet(input);
    const table = tableOfItems(state, input.TableName ?? '');
    get.assertFits(table);
    const item = get.read(table);
    return item ? { Item: item } : {};
  },
});
