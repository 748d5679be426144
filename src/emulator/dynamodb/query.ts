import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import type { Condition } from './condition.ts';
import { keyConditionFor } from './key-condition.ts';
import { keyNames } from './keys.ts';
import { scalarText } from './ordered-items.ts';
import { consumedCapacityLimit, refuseUnsupported, tableNameLimit } from './parameters.ts';
import { parseCondition } from './parse-condition.ts';
import { placeholdersOf } from './placeholders.ts';
import { pageOf, preparePage, sourceOf, startPosition } from './read.ts';
import { type DynamoState, tableArnOf, tableOfItems } from './state.ts';

/** Top-level attributes a condition names. */
function namesIn(condition: Condition): string[] {
  const names: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one);
    } else if (typeof value === 'object' && value !== null) {
      if ('kind' in value && value.kind === 'path' && 'path' in value && Array.isArray(value.path)) names.push(String(value.path[0]));
      else if (!('kind' in value && value.kind === 'value')) for (const one of Object.values(value)) visit(one);
    }
  };
  visit(condition);
  return names;
}

export const query = defineOperation<DynamoState, QueryCommandInput, Omit<QueryCommandOutput, '$metadata'>>({
  name: 'Query',
  access: (input, state) => {
    const table = tableArnOf(state.kernel, input.TableName ?? '');
    return [{ action: 'dynamodb:Query', resource: input.IndexName === undefined ? table : `${table}/index/${input.IndexName}` }];
  },
  limits: {
    TableName: tableNameLimit,
    IndexName: { min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ },
    Limit: { min: 1 },
    Select: { oneOf: ['ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT'] },
    ReturnConsumedCapacity: consumedCapacityLimit,
  },
  run(input, state) {
    const { KeyConditionExpression, FilterExpression, ProjectionExpression } = input;
    const expressions = { KeyConditionExpression, FilterExpression, ProjectionExpression };
    refuseUnsupported('Query', input, expressions);
    const placeholders = placeholdersOf(input, expressions);
    if (KeyConditionExpression === undefined) {
      throw validationException('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
    }
    const condition = parseCondition('KeyConditionExpression', KeyConditionExpression, placeholders);
    const prepared = preparePage(input, placeholders);
    placeholders.assertAllUsed();

    const table = tableOfItems(state, input.TableName ?? '');
    const { items } = sourceOf(table, input, prepared.projection);
    const key = keyConditionFor(items.key, condition);
    const filtered = prepared.filter ? namesIn(prepared.filter).find((name) => keyNames(items.key).includes(name)) : undefined;
    if (filtered !== undefined) {
      throw validationException(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${filtered}`);
    }
    const start = startPosition(table, items, input.ExclusiveStartKey);
    if (start && start.partition !== scalarText(key.hash)) {
      throw validationException('The provided starting key is outside query boundaries based on provided conditions');
    }
    const forward = input.ScanIndexForward !== false;
    const partition = items.partition(key.hash).filter((entry) => key.matches(entry));
    const ordered = forward ? partition : partition.toReversed();
    const left = start ? ordered.filter((entry) => items.compare(entry, start) * (forward ? 1 : -1) > 0) : ordered;
    return pageOf(table, items, left, input, prepared);
  },
});
