import type { ChangeMessageVisibilityCommandInput } from '@aws-sdk/client-sqs';
import { defineOperation } from '../operation.ts';
import { batchError, invalidValue } from './errors.ts';
import { messageOf } from './receipt.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

export const changeMessageVisibility = defineOperation<SqsState, ChangeMessageVisibilityCommandInput, object>({
  name: 'ChangeMessageVisibility',
  access: queueAccess('ChangeMessageVisibility'),
  run(input, state) {
    const queue = queueAt(state, input.QueueUrl);
    const seconds = input.VisibilityTimeout ?? 0;
    if (seconds < 0 || seconds > 43_200) {
      throw invalidValue(seconds, 'VisibilityTimeout', 'VisibilityTimeout must be an integer between 0 and 43200');
    }
    const message = messageOf(queue, input.ReceiptHandle);
    if (!message) {
      throw invalidValue(input.ReceiptHandle, 'ReceiptHandle', 'Message does not exist or is not available for visibility timeout change.');
    }
    if (message.visibleAtMs <= state.kernel.clock.now()) {
      throw batchError('MessageNotInflight', 'The specified message is not in flight.');
    }
    queue.hide(message, seconds);
    return {};
  },
});
