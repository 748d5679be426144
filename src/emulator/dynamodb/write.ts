import type { ConditionCheck, Delete, Put, Update as UpdateRequest } from '@aws-sdk/client-dynamodb';
import { AwsError, validationException } from '../aws-error.ts';
import { copyOfItem, type Item, itemBytes, normalisedItem } from './attribute-value.ts';
import { type Condition, holds } from './condition.ts';
import type { DocumentPath } from './document-path.ts';
import { assertIndexKeysFit, assertItemFits, assertKeyFits, assertNoEmptyKey, keyNames } from './keys.ts';
import { scalarText } from './ordered-items.ts';
import { parseCondition } from './parse-condition.ts';
import { parseUpdate } from './parse-update.ts';
import { placeholdersOf } from './placeholders.ts';
import { type Change, keyOf, type Table } from './table.ts';
import { applyUpdate, pathsOf } from './update.ts';

const maxItemBytes = 409_600;

/**
 * A write whose request was read and found well formed. What remains needs the table: its schema, then the item.
 * PutItem, UpdateItem, DeleteItem and the four actions of a transaction are all one of these.
 */
export interface PreparedWrite {
  readonly tableName: string;
  /** The item put, or the key of the item meant. */
  readonly target: Item;
  /** Throws `ValidationException` where the target has an empty key value. */
  assertNoEmptyKey(table: Table): void;
  /** Throws `ValidationException` where the target does not fit the table's schema. */
  assertFits(table: Table): void;
  /** What becomes of the item. Throws `ConditionFailed`, or `ValidationException` for what only the item can tell. */
  decide(table: Table): Change;
  /** Paths an update changes; empty for other writes. */
  readonly paths: readonly DocumentPath[];
}

/** The condition of a write did not hold. Carries the item as it was, where the caller asked for it. */
export class ConditionFailed extends AwsError {
  override name = 'ConditionFailed';
  readonly item: Item | undefined;
  constructor(item: Item | undefined) {
    super('ConditionalCheckFailedException', 'The conditional request failed', item && { fields: { Item: item } });
    this.item = item;
  }
}

function assertCondition(condition: Condition | undefined, before: Item | undefined, onFailure: string | undefined): void {
  if (!condition || holds(condition, before ?? {})) return;
  throw new ConditionFailed(onFailure === 'ALL_OLD' && before ? copyOfItem(before) : undefined);
}

const assertItemSize = (item: Item, words: string): void => {
  if (itemBytes(item) > maxItemBytes) throw validationException(`${words} has exceeded the maximum allowed size`);
};

/** The item a write means, as it is. */
const itemBefore = (table: Table, target: Item): Item | undefined => table.items.get(keyOf(target, table.key));

/** Where a write strikes, as text: two writes of the same text strike the same item. */
export const targetText = (table: Table, write: PreparedWrite): string =>
  JSON.stringify([table.definition.name, ...keyNames(table.key).map((name) => scalarText(write.target[name] ?? { NULL: true }))]);

export function preparePut(input: Put): PreparedWrite {
  const item = normalisedItem(input.Item ?? {});
  const expressions = { ConditionExpression: input.ConditionExpression };
  const placeholders = placeholdersOf(input, expressions);
  const condition =
    input.ConditionExpression === undefined ? undefined : parseCondition('ConditionExpression', input.ConditionExpression, placeholders);
  placeholders.assertAllUsed();
  assertItemSize(item, 'Item size');
  return {
    tableName: input.TableName ?? '',
    target: item,
    paths: [],
    assertNoEmptyKey: (table) => assertNoEmptyKey(table, item, true),
    assertFits: (table) => assertItemFits(table, item),
    decide(table) {
      const before = itemBefore(table, item);
      assertCondition(condition, before, input.ReturnValuesOnConditionCheckFailure);
      return { before, after: item };
    },
  };
}

/** A write that names its item by key. */
function prepareByKey(
  input: { readonly TableName?: string | undefined; readonly ReturnValuesOnConditionCheckFailure?: string | undefined },
  key: Item,
  condition: Condition | undefined,
  paths: readonly DocumentPath[],
  after: (table: Table, before: Item | undefined) => Item | undefined,
): PreparedWrite {
  return {
    tableName: input.TableName ?? '',
    target: key,
    paths,
    assertNoEmptyKey: (table) => assertNoEmptyKey(table, key, false),
    assertFits: (table) => assertKeyFits(table, key),
    decide(table) {
      const before = itemBefore(table, key);
      assertCondition(condition, before, input.ReturnValuesOnConditionCheckFailure);
      return { before, after: after(table, before) };
    },
  };
}

/** An update without an expression is one of UpdateItem alone: it makes sure the item is there. */
export function prepareUpdate(input: Omit<UpdateRequest, 'UpdateExpression'> & { readonly UpdateExpression?: string | undefined }): PreparedWrite {
  const key = normalisedItem(input.Key ?? {});
  const expressions = { UpdateExpression: input.UpdateExpression, ConditionExpression: input.ConditionExpression };
  const placeholders = placeholdersOf(input, expressions);
  const update = input.UpdateExpression === undefined ? undefined : parseUpdate(input.UpdateExpression, placeholders);
  const condition =
    input.ConditionExpression === undefined ? undefined : parseCondition('ConditionExpression', input.ConditionExpression, placeholders);
  placeholders.assertAllUsed();
  const paths = update ? pathsOf(update) : [];
  const prepared = prepareByKey(input, key, condition, paths, (table, before) => {
    const start = before ?? copyOfItem(key);
    const item = update ? normalisedItem(applyUpdate(update, start)) : start;
    assertIndexKeysFit(table, item);
    assertItemSize(item, 'Item size to update');
    return item;
  });
  return {
    ...prepared,
    assertFits(table) {
      prepared.assertFits(table);
      const changed = keyNames(table.key).find((name) => paths.some((path) => path[0] === name));
      if (changed !== undefined) {
        throw validationException(`One or more parameter values were invalid: Cannot update attribute ${changed}. This attribute is part of the key`);
      }
    },
  };
}

export function prepareDelete(input: Delete): PreparedWrite {
  const key = normalisedItem(input.Key ?? {});
  const placeholders = placeholdersOf(input, { ConditionExpression: input.ConditionExpression });
  const condition =
    input.ConditionExpression === undefined ? undefined : parseCondition('ConditionExpression', input.ConditionExpression, placeholders);
  placeholders.assertAllUsed();
  return prepareByKey(input, key, condition, [], () => undefined);
}

export function prepareCheck(input: ConditionCheck): PreparedWrite {
  const key = normalisedItem(input.Key ?? {});
  const placeholders = placeholdersOf(input, { ConditionExpression: input.ConditionExpression });
  const condition = parseCondition('ConditionExpression', input.ConditionExpression ?? '', placeholders);
  placeholders.assertAllUsed();
  return prepareByKey(input, key, condition, [], (_table, before) => before);
}

/** Decides and makes one write. */
export function writeOne(table: Table, write: PreparedWrite): Change {
  write.assertNoEmptyKey(table);
  write.assertFits(table);
  const change = write.decide(table);
  table.apply(change);
  return change;
}
