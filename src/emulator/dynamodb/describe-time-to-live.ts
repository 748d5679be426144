import type { DescribeTimeToLiveCommandInput, DescribeTimeToLiveCommandOutput } from '@aws-sdk/client-dynamodb';
import { defineOperation } from '../operation.ts';
import { tableNameLimit } from './parameters.ts';
import { type DynamoState, tableArnOf, tableNamed } from './state.ts';

export const describeTimeToLive = defineOperation<DynamoState, DescribeTimeToLiveCommandInput, Omit<DescribeTimeToLiveCommandOutput, '$metadata'>>({
  name: 'DescribeTimeToLive',
  access: (input, { kernel }) => [{ action: 'dynamodb:DescribeTimeToLive', resource: tableArnOf(kernel, input.TableName ?? '') }],
  limits: { TableName: tableNameLimit },
  run(input, state) {
    const { timeToLiveAttribute } = tableNamed(state, input.TableName ?? '');
    return {
      TimeToLiveDescription:
        timeToLiveAttribute === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLiveAttribute },
    };
  },
});
