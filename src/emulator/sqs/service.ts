import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Identities } from '../iam/identities.ts';
import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { changeMessageVisibility } from './change-message-visibility.ts';
import { createQueue } from './create-queue.ts';
import { deleteMessage } from './delete-message.ts';
import { deleteMessageBatch } from './delete-message-batch.ts';
import { deleteQueue } from './delete-queue.ts';
import { getQueueAttributes } from './get-queue-attributes.ts';
import { getQueueUrl } from './get-queue-url.ts';
import { listQueues } from './list-queues.ts';
import { purgeQueue } from './purge-queue.ts';
import { receiveMessage } from './receive-message.ts';
import { sendMessage } from './send-message.ts';
import { sendMessageBatch } from './send-message-batch.ts';
import { setQueueAttributes } from './set-queue-attributes.ts';
import type { SqsState } from './state.ts';

export interface SqsOptions {
  /** What queue URLs begin with, without a slash at the end; default `http://sqs.<region>.localhost`. */
  readonly baseUrl?: string;
  /** Where queue policies are enforced. */
  readonly identities?: Pick<Identities, 'addResourcePolicy' | 'removeResourcePolicies'>;
}

/** A message as it lies in a queue. */
export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly receiveCount: number;
}

export interface SqsService {
  readonly service: Service;
  /** What a queue holds, visible or not, in the order it came; receives nothing. Empty where there is no such queue. */
  readonly messages: (queueName: string) => QueuedMessage[];
}

/** SQS: standard queues with visibility time-outs, long polling and dead-letter queues on the emulator's clock. In memory. */
export function createSqsService(kernel: Kernel, options: SqsOptions = {}): SqsService {
  const state: SqsState = {
    kernel,
    baseUrl: options.baseUrl ?? `http://sqs.${kernel.region}.localhost`,
    queues: new Map(),
    identities: options.identities,
  };
  return {
    service: bindService('sqs', state, [
      createQueue,
      deleteQueue,
      getQueueUrl,
      getQueueAttributes,
      setQueueAttributes,
      listQueues,
      sendMessage,
      sendMessageBatch,
      receiveMessage,
      deleteMessage,
      deleteMessageBatch,
      changeMessageVisibility,
      purgeQueue,
    ]),
    messages: (queueName) =>
      (state.queues.get(queueName)?.messages() ?? []).map(({ id, body, attributes, receiveCount }) => ({
        id,
        body,
        attributes: structuredClone(attributes),
        receiveCount,
      })),
  };
}
