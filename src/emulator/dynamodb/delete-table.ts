import type { DeleteTableCommandInput, DeleteTableCommandOutput } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { tableNameLimit } from './parameters.ts';
import { type DynamoState, tableArnOf, tableNamed } from './state.ts';

/** The table is gone as soon as this answers. */
export const deleteTable = defineOperation<DynamoState, DeleteTableCommandInput, Omit<DeleteTableCommandOutput, '$metadata'>>({
  name: 'DeleteTable',
  access: (input, { kernel }) => [{ action: 'dynamodb:DeleteTable', resource: tableArnOf(kernel, input.TableName ?? '') }],
  limits: { TableName: tableNameLimit },
  run(input, state) {
    const table = tableNamed(state, input.TableName ?? '');
    if (table.definition.deletionProtected) {
      throw validationException('Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.');
    }
    const description = table.describe('DELETING');
    table.drop();
    state.tables.delete(table.definition.name);
    return { TableDescription: description };
  },
});
