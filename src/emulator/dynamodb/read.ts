import { validationException } from '../aws-error.ts';
import { copyOfItem, type Item, itemBytes, normalisedItem } from './attribute-value.ts';
import { type Condition, holds } from './condition.ts';
import { type DocumentPath, project } from './document-path.ts';
import { keyNames } from './keys.ts';
import type { Entry, OrderedItems } from './ordered-items.ts';
import { parseCondition } from './parse-condition.ts';
import { parseProjection } from './parse-projection.ts';
import type { Placeholders } from './placeholders.ts';
import { type Index, keyOf, type Table } from './table.ts';

/** DynamoDB reads up to 1 MB a call and gives the rest on the next. */
const maxPageBytes = 1_048_576;

/** What Query and Scan have in common. */
export interface PageInput {
  readonly IndexName?: string | undefined;
  readonly Select?: string | undefined;
  readonly Limit?: number | undefined;
  readonly ConsistentRead?: boolean | undefined;
  readonly ExclusiveStartKey?: Item | undefined;
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
}

export interface Page {
  readonly Items?: Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

/** A read's expressions, read before the table is looked up. */
export interface PreparedPage {
  readonly filter: Condition | undefined;
  readonly projection: readonly DocumentPath[] | undefined;
}

export function preparePage(input: PageInput, placeholders: Placeholders): PreparedPage {
  const filter = input.FilterExpression === undefined ? undefined : parseCondition('FilterExpression', input.FilterExpression, placeholders);
  const projection = input.ProjectionExpression === undefined ? undefined : parseProjection(input.ProjectionExpression, placeholders);
  if (projection && input.Select !== undefined && input.Select !== 'SPECIFIC_ATTRIBUTES') {
    throw validationException(
      `Cannot specify the ProjectionExpression when choosing to get ${input.Select === 'COUNT' ? 'only the Count' : input.Select}`,
    );
  }
  if (!projection && input.Select === 'SPECIFIC_ATTRIBUTES') {
    throw validationException('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
  }
  return { filter, projection };
}

/** The table, or the index of it that was asked for. */
export function sourceOf(table: Table, input: PageInput, projection: readonly DocumentPath[] | undefined): { items: OrderedItems; index?: Index } {
  if (input.IndexName === undefined) {
    if (input.Select === 'ALL_PROJECTED_ATTRIBUTES') {
      throw validationException('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
    }
    return { items: table.items };
  }
  const index = table.indexes.get(input.IndexName);
  if (!index) throw validationException(`The table does not have the specified index: ${input.IndexName}`);
  if (input.ConsistentRead) throw validationException('Consistent reads are not supported on global secondary indexes');
  if (index.projection !== 'all') {
    if (input.Select === 'ALL_ATTRIBUTES') {
      throw validationException(
        `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
      );
    }
    const held = index.projection.map((path) => path[0]);
    const missing = [...new Set((projection ?? []).map((path) => path[0]).filter((name) => !held.includes(name)))];
    if (missing.length > 0) {
      throw validationException(
        `One or more parameter values were invalid: Global secondary index ${index.name} does not project [${missing.join(', ')}]`,
      );
    }
  }
  return { items: index.items, index };
}

/** Where reading goes on: the start key, held against the keys of what is read. */
export function startPosition(table: Table, items: OrderedItems, start: Item | undefined): ReturnType<OrderedItems['positionOf']> {
  if (!start) return undefined;
  const key = normalisedItem(start);
  const names = new Set([...keyNames(items.key), ...keyNames(table.key)]);
  const position = items.positionOf(key);
  if (!position || Object.keys(key).length !== names.size || Object.keys(key).some((name) => !names.has(name))) {
    throw validationException('The provided starting key is invalid');
  }
  return position;
}

/**
 * One page of what `entries` offers, in their order: at most `Limit` items or 1 MB judged, of which those the filter keeps are answered.
 *
 * A page that ends at `Limit` names its last key even where nothing follows, as DynamoDB does.
 */
export function pageOf(table: Table, items: OrderedItems, entries: readonly Entry[], input: PageInput, { filter, projection }: PreparedPage): Page {
  const found: Item[] = [];
  let judged = 0;
  let bytes = 0;
  let last: Item | undefined;
  for (const { item } of entries) {
    judged++;
    bytes += itemBytes(item);
    if (!filter || holds(filter, item)) found.push(item);
    if (judged === input.Limit || bytes >= maxPageBytes) {
      last = keyOf(item, items.key, table.key);
      break;
    }
  }
  return {
    ...(input.Select !== 'COUNT' && { Items: found.map((item) => (projection ? project(item, projection) : copyOfItem(item))) }),
    Count: found.length,
    ScannedCount: judged,
    ...(last && { LastEvaluatedKey: last }),
  };
}
