import type { CreateQueueCommandInput, CreateQueueResult } from '@aws-sdk/client-sqs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { applyAttributes, defaultSettings, enforcePolicy, firstDifference } from './attributes.ts';
import { invalidParameterValue } from './errors.ts';
import { Queue } from './queue.ts';
import { queueArnOf, refuseFifo, type SqsState, urlOf } from './state.ts';

export const createQueue = defineOperation<SqsState, CreateQueueCommandInput, CreateQueueResult>({
  name: 'CreateQueue',
  access: (input, { kernel }) => {
    const resource = queueArnOf(kernel, input.QueueName ?? '');
    return [{ action: 'sqs:CreateQueue', resource }, ...(input.tags ? [{ action: 'sqs:TagQueue', resource }] : [])];
  },
  run(input, state) {
    const name = input.QueueName ?? '';
    const attributes = input.Attributes ?? {};
    refuseFifo(name);
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
      throw invalidParameterValue('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
    }
    const existing = state.queues.get(name);
    if (existing) {
      const different = firstDifference(existing, attributes);
      if (different !== undefined) {
        throw new AwsError('QueueNameExists', `A queue already exists with the same name and a different value for attribute ${different}`, {
          queryCode: 'QueueAlreadyExists',
        });
      }
      return { QueueUrl: urlOf(state, name) };
    }
    const settings = defaultSettings();
    applyAttributes(settings, attributes);
    const arn = queueArnOf(state.kernel, name);
    if (attributes['Policy'] !== undefined) enforcePolicy(state, arn, settings.texts.get('Policy'));
    state.queues.set(name, new Queue(state.kernel, name, arn, settings));
    return { QueueUrl: urlOf(state, name) };
  },
});
