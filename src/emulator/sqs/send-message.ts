import type { SendMessageCommandInput, SendMessageResult } from '@aws-sdk/client-sqs';
import { defineOperation } from '../operation.ts';
import { send } from './send.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

export const sendMessage = defineOperation<SqsState, SendMessageCommandInput, SendMessageResult>({
  name: 'SendMessage',
  access: queueAccess('SendMessage'),
  run: (input, state, { caller }) => send(state, queueAt(state, input.QueueUrl), input, caller),
});
