import type { ScanCommandInput, ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { segmentOf } from './ordered-items.ts';
import { consumedCapacityLimit, refuseUnsupported, tableNameLimit } from './parameters.ts';
import { placeholdersOf } from './placeholders.ts';
import { pageOf, preparePage, sourceOf, startPosition } from './read.ts';
import { type DynamoState, tableArnOf, tableOfItems } from './state.ts';

export const scan = defineOperation<DynamoState, ScanCommandInput, Omit<ScanCommandOutput, '$metadata'>>({
  name: 'Scan',
  access: (input, state) => {
    const table = tableArnOf(state.kernel, input.TableName ?? '');
    return [{ action: 'dynamodb:Scan', resource: input.IndexName === undefined ? table : `${table}/index/${input.IndexName}` }];
  },
  limits: {
    TableName: tableNameLimit,
    IndexName: { min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ },
    Limit: { min: 1 },
    Select: { oneOf: ['ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT'] },
    Segment: { min: 0, max: 999_999 },
    TotalSegments: { min: 1, max: 1_000_000 },
    ReturnConsumedCapacity: consumedCapacityLimit,
  },
  run(input, state) {
    const { FilterExpression, ProjectionExpression, Segment, TotalSegments } = input;
    const expressions = { FilterExpression, ProjectionExpression };
    refuseUnsupported('Scan', input, expressions);
    const placeholders = placeholdersOf(input, expressions);
    const prepared = preparePage(input, placeholders);
    placeholders.assertAllUsed();
    if (Segment !== undefined && TotalSegments === undefined) {
      throw validationException('The TotalSegments parameter is required but was not present in the request when Segment parameter is present');
    }
    if (TotalSegments !== undefined && Segment === undefined) {
      throw validationException('The Segment parameter is required but was not present in the request when parameter TotalSegments is present');
    }
    if (Segment !== undefined && TotalSegments !== undefined && Segment >= TotalSegments) {
      throw validationException(
        `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
      );
    }
    const table = tableOfItems(state, input.TableName ?? '');
    const { items } = sourceOf(table, input, prepared.projection);
    const start = startPosition(table, items, input.ExclusiveStartKey);
    const left = items
      .all()
      .filter((entry) => (!start || items.compare(entry, start) > 0) && (TotalSegments === undefined || segmentOf(entry, TotalSegments) === Segment));
    return pageOf(table, items, left, input, prepared);
  },
});
