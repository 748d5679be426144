import type { SendMessageBatchCommandInput, SendMessageBatchResult } from '@aws-sdk/client-sqs';
import { defineOperation } from '../operation.ts';
import { assertBatch, each } from './batch.ts';
import { batchError } from './errors.ts';
import { messageBytes } from './message-attributes.ts';
import { send } from './send.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

const maxBatchBytes = 1_048_576;

export const sendMessageBatch = defineOperation<SqsState, SendMessageBatchCommandInput, SendMessageBatchResult>({
  name: 'SendMessageBatch',
  access: queueAccess('SendMessage'),
  run(input, state, { caller }) {
    const queue = queueAt(state, input.QueueUrl);
    const entries = input.Entries ?? [];
    assertBatch(entries);
    const bytes = entries.reduce((sum, { MessageBody, MessageAttributes }) => sum + messageBytes(MessageBody ?? '', MessageAttributes ?? {}), 0);
    if (bytes > maxBatchBytes) {
      throw batchError('BatchRequestTooLong', `Batch requests cannot be longer than ${maxBatchBytes} bytes. You have sent ${bytes} bytes.`);
    }
    return each(entries, (entry) => send(state, queue, entry, caller));
  },
});
