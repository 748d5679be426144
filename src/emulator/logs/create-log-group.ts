import type { CreateLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { addGroup, groupNameLimit, type LogsState, logsAccess } from './state.ts';

export const createLogGroup = defineOperation<LogsState, CreateLogGroupCommandInput, object>({
  name: 'CreateLogGroup',
  access: (input, { kernel }) => [
    ...logsAccess(kernel, 'CreateLogGroup', input.logGroupName ?? ''),
    ...(input.tags ? logsAccess(kernel, 'TagResource', input.logGroupName ?? '') : []),
  ],
  limits: { logGroupName: groupNameLimit, logGroupClass: { oneOf: ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY'] } },
  run(input, state) {
    const name = input.logGroupName ?? '';
    if (state.groups.has(name)) throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    addGroup(state, name);
    return {};
  },
});
