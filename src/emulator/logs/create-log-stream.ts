import type { CreateLogStreamCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { addStream, groupAt, groupNameLimit, type LogsState, logsAccess, streamNameLimit } from './state.ts';

export const createLogStream = defineOperation<LogsState, CreateLogStreamCommandInput, object>({
  name: 'CreateLogStream',
  access: (input, { kernel }) => logsAccess(kernel, 'CreateLogStream', input.logGroupName ?? ''),
  limits: { logGroupName: groupNameLimit, logStreamName: streamNameLimit },
  run(input, state) {
    const group = groupAt(state, input.logGroupName ?? '');
    const name = input.logStreamName ?? '';
    if (group.streams.has(name)) throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    addStream(state, group, name);
    return {};
  },
});
