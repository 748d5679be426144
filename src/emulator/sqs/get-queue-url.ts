import type { GetQueueUrlCommandInput, GetQueueUrlResult } from '@aws-sdk/client-sqs';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { queueArnOf, queueAt, type SqsState, urlOf } from './state.ts';

export const getQueueUrl = defineOperation<SqsState, GetQueueUrlCommandInput, GetQueueUrlResult>({
  name: 'GetQueueUrl',
  access: (input, { kernel }) => [{ action: 'sqs:GetQueueUrl', resource: queueArnOf(kernel, input.QueueName ?? '') }],
  run(input, state) {
    const owner = input.QueueOwnerAWSAccountId;
    if (owner !== undefined && owner !== state.kernel.account) throw notEmulated(`queues of another account ("${owner}")`);
    return { QueueUrl: urlOf(state, queueAt(state, input.QueueName).name) };
  },
});
