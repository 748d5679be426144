import type { DeleteMessageBatchCommandInput, DeleteMessageBatchResult } from '@aws-sdk/client-sqs';
import { defineOperation } from '../operation.ts';
import { assertBatch, each } from './batch.ts';
import { messageOf } from './receipt.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

export const deleteMessageBatch = defineOperation<SqsState, DeleteMessageBatchCommandInput, DeleteMessageBatchResult>({
  name: 'DeleteMessageBatch',
  access: queueAccess('DeleteMessage'),
  run(input, state) {
    const queue = queueAt(state, input.QueueUrl);
    const entries = input.Entries ?? [];
    assertBatch(entries);
    return each(entries, ({ ReceiptHandle }) => {
      const message = messageOf(queue, ReceiptHandle);
      if (message) queue.remove(message);
      return {};
    });
  },
});
