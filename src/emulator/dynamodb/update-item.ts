import type { UpdateItemCommandInput, UpdateItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { defineOperation } from '../operation.ts';
import { copyOfItem, type Item } from './attribute-value.ts';
import { type DocumentPath, project } from './document-path.ts';
import { collectionMetricsLimit, consumedCapacityLimit, onFailureLimit, refuseUnsupported, returnValuesLimit, tableNameLimit } from './parameters.ts';
import { type DynamoState, itemAccess, tableOfItems } from './state.ts';
import type { Change } from './table.ts';
import { prepareUpdate, writeOne } from './write.ts';

function returned(kind: string | undefined, { before, after }: Change, paths: readonly DocumentPath[]): Item | undefined {
  switch (kind) {
    case 'ALL_OLD':
      return before && copyOfItem(before);
    case 'ALL_NEW':
      return after && copyOfItem(after);
    case 'UPDATED_OLD':
    case 'UPDATED_NEW': {
      const item = kind === 'UPDATED_OLD' ? before : after;
      const changed = item ? project(item, paths) : {};
      return Object.keys(changed).length > 0 ? changed : undefined;
    }
    default:
      return undefined;
  }
}

export const updateItem = defineOperation<DynamoState, UpdateItemCommandInput, Omit<UpdateItemCommandOutput, '$metadata'>>({
  name: 'UpdateItem',
  access: (input, state) => [itemAccess(state, 'UpdateItem', input.TableName ?? '', [input.Key])],
  limits: {
    TableName: tableNameLimit,
    ReturnValues: returnValuesLimit,
    ReturnConsumedCapacity: consumedCapacityLimit,
    ReturnItemCollectionMetrics: collectionMetricsLimit,
    ReturnValuesOnConditionCheckFailure: onFailureLimit,
  },
  run(input, state) {
    const { UpdateExpression, ConditionExpression } = input;
    refuseUnsupported('UpdateItem', input, { UpdateExpression, ConditionExpression });
    const write = prepareUpdate(input);
    const change = writeOne(tableOfItems(state, write.tableName), write);
    const attributes = returned(input.ReturnValues, change, write.paths);
    return attributes ? { Attributes: attributes } : {};
  },
});
