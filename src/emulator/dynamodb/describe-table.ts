import type { DescribeTableCommandInput, DescribeTableCommandOutput } from '@aws-sdk/client-dynamodb';
import { defineOperation } from '../operation.ts';
import { tableNameLimit } from './parameters.ts';
import { type DynamoState, tableArnOf, tableNamed } from './state.ts';

export const describeTable = defineOperation<DynamoState, DescribeTableCommandInput, Omit<DescribeTableCommandOutput, '$metadata'>>({
  name: 'DescribeTable',
  access: (input, { kernel }) => [{ action: 'dynamodb:DescribeTable', resource: tableArnOf(kernel, input.TableName ?? '') }],
  limits: { TableName: tableNameLimit },
  run: (input, state) => ({ Table: tableNamed(state, input.TableName ?? '').describe('ACTIVE') }),
});
