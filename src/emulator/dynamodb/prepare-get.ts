import { copyOfItem, type Item, normalisedItem } from './attribute-value.ts';
import { project } from './document-path.ts';
import { assertKeyFits, assertNoEmptyKey } from './keys.ts';
import { parseProjection } from './parse-projection.ts';
import { placeholdersOf } from './placeholders.ts';
import type { Table } from './table.ts';

/** A read of one item whose request was found well formed; what remains needs the table. */
export interface PreparedGet {
  readonly key: Item;
  /** Throws `ValidationException` where the key does not fit the table's schema. */
  assertFits(table: Table): void;
  /** A copy of the item, or of the parts of it that were asked for. */
  read(table: Table): Item | undefined;
}

export function prepareGet(input: {
  readonly Key?: Item | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
}): PreparedGet {
  const key = normalisedItem(input.Key ?? {});
  const placeholders = placeholdersOf(input, { ProjectionExpression: input.ProjectionExpression });
  const projection = input.ProjectionExpression === undefined ? undefined : parseProjection(input.ProjectionExpression, placeholders);
  placeholders.assertAllUsed();
  return {
    key,
    assertFits(table) {
      assertNoEmptyKey(table, key, false);
      assertKeyFits(table, key);
    },
    read(table) {
      const item = table.items.get(key);
      return item && (projection ? project(item, projection) : copyOfItem(item));
    },
  };
}
