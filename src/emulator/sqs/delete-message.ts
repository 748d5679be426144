import type { DeleteMessageCommandInput } from '@aws-sdk/client-sqs';
import { defineOperation } from '../operation.ts';
import { messageOf } from './receipt.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

/** Succeeds as well for a message that is gone; with an older handle than the latest it deletes nothing, as standard queues may do. */
export const deleteMessage = defineOperation<SqsState, DeleteMessageCommandInput, object>({
  name: 'DeleteMessage',
  access: queueAccess('DeleteMessage'),
  run(input, state) {
    const queue = queueAt(state, input.QueueUrl);
    const message = messageOf(queue, input.ReceiptHandle);
    if (message) queue.remove(message);
    return {};
  },
});
