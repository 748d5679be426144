import { AwsError } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import { arnOf } from '../kernel.ts';
import type { Access } from '../operation.ts';
import type { Item } from './attribute-value.ts';
import type { Table } from './table.ts';

/** A transaction that was done under a client's token; asked again within ten minutes it is not done again. */
export interface DoneTransaction {
  readonly digest: string;
  readonly atMs: number;
}

export interface DynamoState {
  readonly kernel: Kernel;
  /** By name. */
  readonly tables: Map<string, Table>;
  readonly transactions: Map<string, DoneTransaction>;
}

const tableArn = /^arn:[^:]+:dynamodb:[^:]+:[^:]+:table\/([^/]+)$/;

/** A table may be named by its name or by its ARN. */
export const tableNameOf = (nameOrArn: string): string => tableArn.exec(nameOrArn)?.[1] ?? nameOrArn;

export const tableArnOf = (kernel: Kernel, nameOrArn: string): string => arnOf(kernel, 'dynamodb', `table/${tableNameOf(nameOrArn)}`);

/** The table an item operation names. Throws `ResourceNotFoundException`. */
export function tableOfItems(state: DynamoState, nameOrArn: string): Table {
  const table = state.tables.get(tableNameOf(nameOrArn));
  if (!table) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
  return table;
}

/** The table a table operation names. Throws `ResourceNotFoundException`, in the words table operations have for it. */
export function tableNamed(state: DynamoState, nameOrArn: string): Table {
  const name = tableNameOf(nameOrArn);
  const table = state.tables.get(name);
  if (!table) throw new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
  return table;
}

/**
 * What a call on items needs: `action` on the table, with the partition keys it touches as `dynamodb:LeadingKeys`.
 *
 * @param items keys or whole items; of each the partition key counts, where the table exists
 */
export function itemAccess(state: DynamoState, action: string, nameOrArn: string, items: readonly (Item | undefined)[] = []): Access {
  const hash = state.tables.get(tableNameOf(nameOrArn))?.key.hash.name;
  const leading = new Set<string>();
  for (const item of items) {
    const value = hash === undefined ? undefined : item?.[hash];
    const text = value?.S ?? value?.N ?? (value?.B && Buffer.from(value.B).toString('base64'));
    if (text !== undefined) leading.add(text);
  }
  return {
    action: `dynamodb:${action}`,
    resource: tableArnOf(state.kernel, nameOrArn),
    ...(leading.size > 0 && { context: { 'dynamodb:LeadingKeys': [...leading] } }),
  };
}
