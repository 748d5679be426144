import type { UpdateContinuousBackupsCommandInput, UpdateContinuousBackupsCommandOutput } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type DynamoState, tableArnOf, tableNameOf } from './state.ts';

/** Point-in-time recovery is kept as a setting, for templates that ask for it: there is nothing to restore from. */
export const updateContinuousBackups = defineOperation<
  DynamoState,
  UpdateContinuousBackupsCommandInput,
  Omit<UpdateContinuousBackupsCommandOutput, '$metadata'>
>({
  name: 'UpdateContinuousBackups',
  access: (input, { kernel }) => [{ action: 'dynamodb:UpdateContinuousBackups', resource: tableArnOf(kernel, input.TableName ?? '') }],
  run(input, state) {
    const name = tableNameOf(input.TableName ?? '');
    const table = state.tables.get(name);
    if (!table) throw new AwsError('TableNotFoundException', `Table not found: ${name}`);
    table.pointInTimeRecovery = input.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false;
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: table.pointInTimeRecovery ? 'ENABLED' : 'DISABLED' },
      },
    };
  },
});
