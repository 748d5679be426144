import type { PutItemCommandInput, PutItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { copyOfItem } from './attribute-value.ts';
import { collectionMetricsLimit, consumedCapacityLimit, onFailureLimit, refuseUnsupported, returnValuesLimit, tableNameLimit } from './parameters.ts';
import { type DynamoState, itemAccess, tableOfItems } from './state.ts';
import { preparePut, writeOne } from './write.ts';

export const putItem = defineOperation<DynamoState, PutItemCommandInput, Omit<PutItemCommandOutput, '$metadata'>>({
  name: 'PutItem',
  access: (input, state) => [itemAccess(state, 'PutItem', input.TableName ?? '', [input.Item])],
  limits: {
    TableName: tableNameLimit,
    ReturnValues: returnValuesLimit,
    ReturnConsumedCapacity: consumedCapacityLimit,
    ReturnItemCollectionMetrics: collectionMetricsLimit,
    ReturnValuesOnConditionCheckFailure: onFailureLimit,
  },
  run(input, state) {
    const { TableName, Item, ConditionExpression, ReturnValues } = input;
    refuseUnsupported('PutItem', input, { ConditionExpression });
    if (ReturnValues !== undefined && ReturnValues !== 'NONE' && ReturnValues !== 'ALL_OLD') {
      throw validationException('ReturnValues can only be ALL_OLD or NONE');
    }
    const write = preparePut({ ...input, TableName, Item });
    const { before } = writeOne(tableOfItems(state, write.tableName), write);
    return ReturnValues === 'ALL_OLD' && before ? { Attributes: copyOfItem(before) } : {};
  },
});
