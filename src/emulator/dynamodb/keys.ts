import { validationException } from '../aws-error.ts';
import { type AttributeValue, type Item, typeOf } from './attribute-value.ts';
import type { KeyAttributes } from './ordered-items.ts';
import type { Table } from './table.ts';

const maxHashBytes = 2048;
const maxRangeBytes = 1024;

const attributesOf = (key: KeyAttributes) => (key.range ? [key.hash, key.range] : [key.hash]);

/** What an empty value is called where keys must not be empty, or nothing. */
function emptyKind(value: AttributeValue | undefined): 'string' | 'binary' | undefined {
  if (value?.S === '') return 'string';
  return value?.B?.byteLength === 0 ? 'binary' : undefined;
}

const bytesOf = (value: AttributeValue): number => (value.S === undefined ? (value.B?.byteLength ?? 0) : Buffer.byteLength(value.S));

/** Refuses empty key values of an item, or of a key, before anything else is judged: DynamoDB does not even open a transaction for them. */
export function assertNoEmptyKey(table: Table, item: Item, includeIndexes: boolean): void {
  for (const { name } of attributesOf(table.key)) {
    const kind = emptyKind(item[name]);
    if (kind) {
      throw validationException(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
      );
    }
  }
  if (!includeIndexes) return;
  for (const index of table.indexes.values()) {
    for (const { name } of attributesOf(index.items.key)) {
      const kind = emptyKind(item[name]);
      if (kind) {
        throw validationException(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index.name}, IndexKey: ${name}`,
        );
      }
    }
  }
}

function assertKeySizes(table: Table, item: Item): void {
  const hash = item[table.key.hash.name];
  if (hash && bytesOf(hash) > maxHashBytes) {
    throw validationException('One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes');
  }
  const range = table.key.range && item[table.key.range.name];
  if (range && bytesOf(range) > maxRangeBytes) {
    throw validationException(
      'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
    );
  }
}

/** Holds an item that is to be put against the schema of its table and indexes. */
export function assertItemFits(table: Table, item: Item): void {
  for (const { name, type } of attributesOf(table.key)) {
    const value = item[name];
    if (!value) throw validationException(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    if (typeOf(value) !== type) {
      throw validationException(
        `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`,
      );
    }
  }
  assertKeySizes(table, item);
  for (const index of table.indexes.values()) {
    for (const { name, type } of attributesOf(index.items.key)) {
      const value = item[name];
      if (value && typeOf(value) !== type) {
        throw validationException(
          `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      }
    }
  }
}

/** Holds the key of an item against the schema: every key attribute, of its type, and no other. */
export function assertKeyFits(table: Table, key: Item): void {
  const attributes = attributesOf(table.key);
  const fits =
    Object.keys(key).length === attributes.length && attributes.every(({ name, type }) => key[name] !== undefined && typeOf(key[name]) === type);
  if (!fits) throw validationException('The provided key element does not match the schema');
  assertKeySizes(table, key);
}

/** Holds what an update made of an item against the key types of the indexes. */
export function assertIndexKeysFit(table: Table, item: Item): void {
  for (const index of table.indexes.values()) {
    for (const { name, type } of attributesOf(index.items.key)) {
      const value = item[name];
      if (!value) continue;
      if (typeOf(value) !== type) {
        throw validationException('The update expression attempted to update the secondary index key to unsupported type');
      }
      const kind = emptyKind(value);
      if (kind) {
        throw validationException(
          `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind} value.`,
        );
      }
    }
  }
}

/** Names of the table's key attributes. */
export const keyNames = (key: KeyAttributes): string[] => attributesOf(key).map(({ name }) => name);
