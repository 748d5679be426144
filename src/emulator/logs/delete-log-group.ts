import type { DeleteLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { defineOperation } from '../operation.ts';
import { groupAt, groupNameLimit, type LogsState, logsAccess } from './state.ts';

export const deleteLogGroup = defineOperation<LogsState, DeleteLogGroupCommandInput, object>({
  name: 'DeleteLogGroup',
  access: (input, { kernel }) => logsAccess(kernel, 'DeleteLogGroup', input.logGroupName ?? ''),
  limits: { logGroupName: groupNameLimit },
  run(input, state) {
    const { name } = groupAt(state, input.logGroupName ?? '');
    state.groups.delete(name);
    state.store.deleteGroup(name);
    return {};
  },
});
