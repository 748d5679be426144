import type { UpdateTimeToLiveCommandInput, UpdateTimeToLiveCommandOutput } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { tableNameLimit } from './parameters.ts';
import { type DynamoState, tableArnOf, tableNamed } from './state.ts';

/** Takes effect at once. Items go some time after they end, at most 48 hours, at a moment that is drawn. */
export const updateTimeToLive = defineOperation<DynamoState, UpdateTimeToLiveCommandInput, Omit<UpdateTimeToLiveCommandOutput, '$metadata'>>({
  name: 'UpdateTimeToLive',
  access: (input, { kernel }) => [{ action: 'dynamodb:UpdateTimeToLive', resource: tableArnOf(kernel, input.TableName ?? '') }],
  limits: { TableName: tableNameLimit, 'TimeToLiveSpecification.AttributeName': { min: 1, max: 255 } },
  run(input, state) {
    const table = tableNamed(state, input.TableName ?? '');
    const { AttributeName = '', Enabled = false } = input.TimeToLiveSpecification ?? {};
    if (Enabled && table.timeToLiveAttribute !== undefined) throw validationException('TimeToLive is already enabled');
    if (!Enabled && table.timeToLiveAttribute === undefined) throw validationException('TimeToLive is already disabled');
    if (!Enabled && table.timeToLiveAttribute !== AttributeName) {
      throw validationException(`TimeToLive is active on a different AttributeName: current AttributeName is ${table.timeToLiveAttribute}`);
    }
    table.setTimeToLive(Enabled ? AttributeName : undefined);
    return { TimeToLiveSpecification: { AttributeName, Enabled } };
  },
});
