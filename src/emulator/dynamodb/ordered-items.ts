import { createHash } from 'node:crypto';
import { type AttributeValue, compareValues, type Item } from './attribute-value.ts';

/** The attributes that make a key: of a table, or of a global secondary index. */
export interface KeyAttributes {
  readonly hash: { readonly name: string; readonly type: 'S' | 'N' | 'B' };
  readonly range?: { readonly name: string; readonly type: 'S' | 'N' | 'B' };
}

/** A scalar as text; equal texts, equal values. */
export const scalarText = (value: AttributeValue): string =>
  value.S === undefined ? (value.N === undefined ? `B${Buffer.from(value.B ?? []).toString('base64')}` : `N${value.N}`) : `S${value.S}`;

/** Where an item stands: by a hash of its partition key, as in DynamoDB, so that a scan has an order nobody can take for the keys'. */
interface Position {
  readonly partition: string;
  readonly hashOrder: string;
  readonly range: AttributeValue | undefined;
  /** Of an item in an index: where it stands in the table, so that items with equal index keys have an order too. */
  readonly inTable: Position | undefined;
}

export interface Entry {
  readonly item: Item;
  readonly position: Position;
}

function comparePositions(a: Position, b: Position): number {
  if (a.hashOrder !== b.hashOrder) return a.hashOrder < b.hashOrder ? -1 : 1;
  if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1;
  const byRange = a.range && b.range ? (compareValues(a.range, b.range) ?? 0) : 0;
  if (byRange !== 0) return byRange;
  return a.inTable && b.inTable ? comparePositions(a.inTable, b.inTable) : 0;
}

/** Items in the order of their keys: what a table holds, or one of its indexes. */
export class OrderedItems {
  readonly key: KeyAttributes;
  readonly #tableKey: KeyAttributes | undefined;
  readonly #entries: Entry[] = [];

  /** @param tableKey for an index, the key of its table */
  constructor(key: KeyAttributes, tableKey?: KeyAttributes) {
    this.key = key;
    this.#tableKey = tableKey;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Where an item, or a key, stands; nothing where it lacks an attribute of the key or has it in another type (sparse indexes). */
  positionOf(item: Item): Position | undefined {
    return positionIn(item, this.key, this.#tableKey);
  }

  put(item: Item): void {
    const position = this.positionOf(item);
    if (!position) return;
    const index = this.#lowerBound(position);
    const there = this.#entries[index];
    const replaces = there && comparePositions(there.position, position) === 0;
    this.#entries.splice(index, replaces ? 1 : 0, { item, position });
  }

  remove(item: Item): void {
    const position = this.positionOf(item);
    if (!position) return;
    const index = this.#lowerBound(position);
    const there = this.#entries[index];
    if (there && comparePositions(there.position, position) === 0) this.#entries.splice(index, 1);
  }

  get(key: Item): Item | undefined {
    const position = this.positionOf(key);
    const there = position && this.#entries[this.#lowerBound(position)];
    return there && position && comparePositions(there.position, position) === 0 ? there.item : undefined;
  }

  /** The items of one partition, by range key. */
  partition(hash: AttributeValue): readonly Entry[] {
    const partition = scalarText(hash);
    // Without a range it compares equal to every item of the partition, so its lower bound is the first of them.
    const start: Position = { partition, hashOrder: hashOrderOf(partition), range: undefined, inTable: undefined };
    const from = this.#lowerBound(start);
    let to = from;
    while (this.#entries[to]?.position.partition === partition) to++;
    return this.#entries.slice(from, to);
  }

  /** All items, in scan order. */
  all(): readonly Entry[] {
    return this.#entries;
  }

  /** Below 0, 0 or above 0, as `entry` stands before, at or after `position`. */
  compare(entry: Entry, position: Position): number {
    return comparePositions(entry.position, position);
  }

  #lowerBound(position: Position): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#entries[middle];
      if (entry && comparePositions(entry.position, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const hashOrderOf = (partition: string): string => createHash('md5').update(partition).digest('hex');

/** Which of `total` segments of a parallel scan an item is in. */
export const segmentOf = (entry: Entry, total: number): number =>
  Math.floor((Number.parseInt(entry.position.hashOrder.slice(0, 8), 16) / 2 ** 32) * total);

function positionIn(item: Item, key: KeyAttributes, tableKey: KeyAttributes | undefined): Position | undefined {
  const hash = Object.hasOwn(item, key.hash.name) ? item[key.hash.name] : undefined;
  const range = key.range && Object.hasOwn(item, key.range.name) ? item[key.range.name] : undefined;
  if (hash?.[key.hash.type] === undefined) return undefined;
  if (key.range && range?.[key.range.type] === undefined) return undefined;
  const partition = scalarText(hash);
  const inTable = tableKey && positionIn(item, tableKey, undefined);
  if (tableKey && !inTable) return undefined;
  return { partition, hashOrder: hashOrderOf(partition), range, inTable };
}
