import type { DeleteItemCommandInput, DeleteItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { copyOfItem } from './attribute-value.ts';
import { collectionMetricsLimit, consumedCapacityLimit, onFailureLimit, refuseUnsupported, returnValuesLimit, tableNameLimit } from './parameters.ts';
import { type DynamoState, itemAccess, tableOfItems } from './state.ts';
import { prepareDelete, writeOne } from './write.ts';

export const deleteItem = defineOperation<DynamoState, DeleteItemCommandInput, Omit<DeleteItemCommandOutput, '$metadata'>>({
  name: 'DeleteItem',
  access: (input, state) => [itemAccess(state, 'DeleteItem', input.TableName ?? '', [input.Key])],
  limits: {
    TableName: tableNameLimit,
    ReturnValues: returnValuesLimit,
    ReturnConsumedCapacity: consumedCapacityLimit,
    ReturnItemCollectionMetrics: collectionMetricsLimit,
    ReturnValuesOnConditionCheckFailure: onFailureLimit,
  },
  run(input, state) {
    const { ConditionExpression, ReturnValues } = input;
    refuseUnsupported('DeleteItem', input, { ConditionExpression });
    if (ReturnValues !== undefined && ReturnValues !== 'NONE' && ReturnValues !== 'ALL_OLD') {
      throw validationException('ReturnValues can only be ALL_OLD or NONE');
    }
    const write = prepareDelete(input);
    const { before } = writeOne(tableOfItems(state, write.tableName), write);
    return ReturnValues === 'ALL_OLD' && before ? { Attributes: copyOfItem(before) } : {};
  },
});
