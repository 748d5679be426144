import type { PurgeQueueCommandInput } from '@aws-sdk/client-sqs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

const purgeEveryMs = 60_000;

export const purgeQueue = defineOperation<SqsState, PurgeQueueCommandInput, object>({
  name: 'PurgeQueue',
  access: queueAccess('PurgeQueue'),
  run(input, state) {
    const queue = queueAt(state, input.QueueUrl);
    if (queue.purgedAtMs !== undefined && state.kernel.clock.now() - queue.purgedAtMs < purgeEveryMs) {
      throw new AwsError('PurgeQueueInProgress', `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`, {
        status: 403,
        queryCode: 'AWS.SimpleQueueService.PurgeQueueInProgress',
      });
    }
    queue.purge();
    return {};
  },
});
