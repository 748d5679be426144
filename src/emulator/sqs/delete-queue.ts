import type { DeleteQueueCommandInput } from '@aws-sdk/client-sqs';
import { defineOperation } from '../operation.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

/** The queue is gone at once, and its name is free at once. */
export const deleteQueue = defineOperation<SqsState, DeleteQueueCommandInput, object>({
  name: 'DeleteQueue',
  access: queueAccess('DeleteQueue'),
  run(input, state) {
    const queue = queueAt(state, input.QueueUrl);
    state.queues.delete(queue.name);
    queue.close();
    state.identities?.removeResourcePolicies(queue.arn);
    return {};
  },
});
