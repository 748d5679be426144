import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { copyOfItem, type Item } from './attribute-value.ts';
import { batchGetItem } from './batch-get-item.ts';
import { batchWriteItem } from './batch-write-item.ts';
import { createTable } from './create-table.ts';
import { deleteItem } from './delete-item.ts';
import { deleteTable } from './delete-table.ts';
import { describeTable } from './describe-table.ts';
import { describeTimeToLive } from './describe-time-to-live.ts';
import { getItem } from './get-item.ts';
import { listTables } from './list-tables.ts';
import { putItem } from './put-item.ts';
import { query } from './query.ts';
import { scan } from './scan.ts';
import type { DynamoState } from './state.ts';
import { transactGetItems } from './transact-get-items.ts';
import { transactWriteItems } from './transact-write-items.ts';
import { updateContinuousBackups } from './update-continuous-backups.ts';
import { updateItem } from './update-item.ts';
import { updateTimeToLive } from './update-time-to-live.ts';

export interface DynamoService {
  readonly service: Service;
  /** For inspection, beside the wire: never judged, never traced. */
  readonly tables: {
    /** Names of all tables, sorted. */
    names(): string[];
    /** Copies of a table's items in scan order; empty where there is no such table. */
    items(tableName: string): Item[];
  };
}

/** DynamoDB: tables with global secondary indexes, items with conditions and transactions, time to live. In memory. */
export function createDynamoService(kernel: Kernel): DynamoService {
  const state: DynamoState = { kernel, tables: new Map(), transactions: new Map() };
  return {
    service: bindService('dynamodb', state, [
      createTable,
      deleteTable,
      describeTable,
      listTables,
      updateTimeToLive,
      describeTimeToLive,
      updateContinuousBackups,
      putItem,
      getItem,
      updateItem,
      deleteItem,
      query,
      scan,
      batchGetItem,
      batchWriteItem,
      transactGetItems,
      transactWriteItems,
    ]),
    tables: {
      names: () => [...state.tables.keys()].sort(),
      items: (tableName) => (state.tables.get(tableName)?.items.all() ?? []).map(({ item }) => copyOfItem(item)),
    },
  };
}
