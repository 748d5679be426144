import type { ListTablesCommandInput, ListTablesCommandOutput } from '@aws-sdk/client-dynamodb';
import { defineOperation } from '../operation.ts';
import type { DynamoState } from './state.ts';

export const listTables = defineOperation<DynamoState, ListTablesCommandInput, Omit<ListTablesCommandOutput, '$metadata'>>({
  name: 'ListTables',
  access: () => [{ action: 'dynamodb:ListTables', resource: '*' }],
  limits: { ExclusiveStartTableName: { min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ }, Limit: { min: 1, max: 100 } },
  run(input, { tables }) {
    const after = input.ExclusiveStartTableName ?? '';
    const names = [...tables.keys()].sort().filter((name) => name > after);
    const page = names.slice(0, input.Limit ?? 100);
    const last = page.at(-1);
    return { TableNames: page, ...(names.length > page.length && last !== undefined && { LastEvaluatedTableName: last }) };
  },
});
