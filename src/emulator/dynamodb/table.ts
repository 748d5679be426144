import type {
  AttributeDefinition,
  BillingMode,
  GlobalSecondaryIndex,
  KeySchemaElement,
  ProvisionedThroughput,
  TableClass,
  TableDescription,
  Tag,
} from '@aws-sdk/client-dynamodb';
import type { Timer } from '../clock.ts';
import type { Kernel } from '../kernel.ts';
import { type Item, itemBytes } from './attribute-value.ts';
import { type DocumentPath, project } from './document-path.ts';
import { parseNumber } from './number.ts';
import { type KeyAttributes, OrderedItems } from './ordered-items.ts';

export interface Index {
  readonly name: string;
  readonly definition: GlobalSecondaryIndex;
  readonly items: OrderedItems;
  /** What of an item the index holds; `all` for the whole item. */
  readonly projection: 'all' | readonly DocumentPath[];
}

/** What CreateTable said, as DescribeTable tells it back. */
export interface TableDefinition {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAt: Date;
  readonly keySchema: readonly KeySchemaElement[];
  readonly attributes: readonly AttributeDefinition[];
  readonly billing: BillingMode;
  readonly throughput: ProvisionedThroughput | undefined;
  readonly tableClass: TableClass | undefined;
  readonly indexes: readonly GlobalSecondaryIndex[];
  readonly deletionProtected: boolean;
  readonly tags: readonly Tag[];
}

const hourMs = 3_600_000;
/** DynamoDB leaves items alone whose time to live ended more than five years ago. */
const oldestExpirySeconds = 5 * 365 * 86_400;

/** A change of one item: what was there and what is. */
export interface Change {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Key attributes of a table or an index, with their types. */
export function keyAttributesOf(schema: readonly KeySchemaElement[], attributes: readonly AttributeDefinition[]): KeyAttributes {
  const named = (keyType: 'HASH' | 'RANGE') => {
    const name = schema.find((element) => element.KeyType === keyType)?.AttributeName;
    const type = attributes.find((attribute) => attribute.AttributeName === name)?.AttributeType;
    return name !== undefined && (type === 'S' || type === 'N' || type === 'B') ? { name, type } : undefined;
  };
  const hash = named('HASH');
  const range = named('RANGE');
  if (!hash) throw new Error('A key schema without a HASH attribute passed CreateTable');
  return { hash, ...(range && { range }) };
}

export class Table {
  readonly definition: TableDefinition;
  readonly key: KeyAttributes;
  readonly indexes: ReadonlyMap<string, Index>;
  /** The attribute that holds an item's end, epoch seconds; unset while time to live is off. */
  timeToLiveAttribute: string | undefined;
  pointInTimeRecovery = false;
  readonly #items: OrderedItems;
  readonly #kernel: Kernel;
  #sweep: Timer | undefined;

  constructor(kernel: Kernel, definition: TableDefinition) {
    this.definition = definition;
    this.#kernel = kernel;
    this.key = keyAttributesOf(definition.keySchema, definition.attributes);
    this.#items = new OrderedItems(this.key);
    this.indexes = new Map(definition.indexes.map((index) => [index.IndexName ?? '', this.#indexOf(index)]));
  }

  #indexOf(definition: GlobalSecondaryIndex): Index {
    const key = keyAttributesOf(definition.KeySchema ?? [], this.definition.attributes);
    const included = definition.Projection?.ProjectionType === 'INCLUDE' ? (definition.Projection.NonKeyAttributes ?? []) : [];
    const names = [this.key.hash.name, this.key.range?.name, key.hash.name, key.range?.name, ...included];
    return {
      name: definition.IndexName ?? '',
      definition,
      items: new OrderedItems(key, this.key),
      projection: definition.Projection?.ProjectionType === 'ALL' ? 'all' : names.filter((name) => name !== undefined).map((name) => [name]),
    };
  }

  get items(): OrderedItems {
    return this.#items;
  }

  /** Makes a change that was decided: the item, every index, and the sweep of what expires. */
  apply({ before, after }: Change): void {
    if (before) this.#items.remove(before);
    if (after) this.#items.put(after);
    for (const index of this.indexes.values()) {
      if (before) index.items.remove(before);
      if (after) index.items.put(index.projection === 'all' ? after : project(after, index.projection));
    }
    if (after && this.#expiryOf(after) !== undefined) this.#armSweep();
  }

  setTimeToLive(attribute: string | undefined): void {
    this.timeToLiveAttribute = attribute;
    this.#sweep?.cancel();
    this.#sweep = undefined;
    if (attribute !== undefined && this.#items.all().some(({ item }) => this.#expiryOf(item) !== undefined)) this.#armSweep();
  }

  /** Ends what the table does on its own. */
  drop(): void {
    this.#sweep?.cancel();
  }

  /** Epoch milliseconds at which an item ends, or nothing. */
  #expiryOf(item: Item): number | undefined {
    const value = this.timeToLiveAttribute === undefined ? undefined : item[this.timeToLiveAttribute];
    if (value?.N === undefined) return undefined;
    const { coefficient, exponent } = parseNumber(value.N);
    return Number(coefficient) * 10 ** exponent * 1000;
  }

  /** DynamoDB deletes an expired item some time after, within 48 hours: the next sweep is drawn, and whatever has ended by then goes. */
  #armSweep(): void {
    if (this.#sweep) return;
    const delayMs = this.#kernel.random.between('dynamodb/time-to-live-sweep-hours', 0.1, 48) * hourMs;
    this.#sweep = this.#kernel.clock.after(Math.round(delayMs), `dynamodb ${this.definition.name} time to live`, () => {
      this.#sweep = undefined;
      const nowMs = this.#kernel.clock.now();
      const ending = this.#items
        .all()
        .map(({ item }) => ({ item, expiresAtMs: this.#expiryOf(item) ?? Number.NEGATIVE_INFINITY }))
        .filter(({ expiresAtMs }) => expiresAtMs >= nowMs - oldestExpirySeconds * 1000);
      for (const { item, expiresAtMs } of ending) if (expiresAtMs < nowMs) this.#expire(item);
      if (ending.some(({ expiresAtMs }) => expiresAtMs >= nowMs)) this.#armSweep();
    });
  }

  #expire(item: Item): void {
    this.apply({ before: item, after: undefined });
    this.#kernel.trace.write('state', {
      service: 'dynamodb',
      table: this.definition.name,
      deleted: keyOf(item, this.key),
      reason: 'time to live',
    });
  }

  describe(status: 'CREATING' | 'ACTIVE' | 'DELETING'): TableDescription {
    const { definition } = this;
    const throughput = (of: ProvisionedThroughput | undefined) => ({
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: of?.ReadCapacityUnits ?? 0,
      WriteCapacityUnits: of?.WriteCapacityUnits ?? 0,
    });
    const bytesOf = (items: OrderedItems) => items.all().reduce((sum, { item }) => sum + itemBytes(item), 0);
    return {
      TableName: definition.name,
      TableArn: definition.arn,
      TableId: definition.id,
      TableStatus: status,
      CreationDateTime: definition.createdAt,
      AttributeDefinitions: [...definition.attributes],
      KeySchema: [...definition.keySchema],
      ProvisionedThroughput: throughput(definition.throughput),
      ...(definition.billing === 'PAY_PER_REQUEST' && {
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST', LastUpdateToPayPerRequestDateTime: definition.createdAt },
      }),
      ...(definition.tableClass && { TableClassSummary: { TableClass: definition.tableClass } }),
      ItemCount: this.#items.size,
      TableSizeBytes: bytesOf(this.#items),
      DeletionProtectionEnabled: definition.deletionProtected,
      ...(this.indexes.size > 0 && {
        GlobalSecondaryIndexes: [...this.indexes.values()].map((index) => ({
          IndexName: index.name,
          IndexArn: `${definition.arn}/index/${index.name}`,
          IndexStatus: status === 'DELETING' ? ('DELETING' as const) : status,
          KeySchema: index.definition.KeySchema,
          Projection: index.definition.Projection,
          ProvisionedThroughput: throughput(index.definition.ProvisionedThroughput),
          ItemCount: index.items.size,
          IndexSizeBytes: bytesOf(index.items),
        })),
      }),
    };
  }
}

/** The key attributes of an item, and no more. */
export function keyOf(item: Item, ...keys: readonly KeyAttributes[]): Item {
  const names = keys.flatMap((key) => [key.hash.name, ...(key.range ? [key.range.name] : [])]);
  return project(
    item,
    names.map((name) => [name]),
  );
}
