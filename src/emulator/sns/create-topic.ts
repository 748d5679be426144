import type { CreateTopicCommandInput, CreateTopicResponse } from '@aws-sdk/client-sns';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { invalidParameter } from './errors.ts';
import { type SnsState, topicArnOf } from './state.ts';
import { assertTopicAttribute, enforcePolicy } from './topic-attributes.ts';

export const createTopic = defineOperation<SnsState, CreateTopicCommandInput, CreateTopicResponse>({
  name: 'CreateTopic',
  access: (input, { kernel }) => {
    const resource = topicArnOf(kernel, input.Name ?? '');
    return [{ action: 'sns:CreateTopic', resource }, ...((input.Tags ?? []).length > 0 ? [{ action: 'sns:TagResource', resource }] : [])];
  },
  run(input, state) {
    const name = input.Name ?? '';
    const attributes = Object.entries(input.Attributes ?? {});
    if (name.endsWith('.fifo')) throw notEmulated(`FIFO topics ("${name}"); standard topics are`);
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
    if (input.DataProtectionPolicy !== undefined) throw notEmulated('the data protection policy of SNS topics');
    for (const [attribute] of attributes) assertTopicAttribute(attribute);
    const arn = topicArnOf(state.kernel, name);
    const existing = state.topics.get(arn);
    if (existing) {
      if (attributes.some(([attribute, value]) => existing.attributes.get(attribute) !== value)) {
        throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
      }
      return { TopicArn: arn };
    }
    const policy = input.Attributes?.['Policy'];
    if (policy !== undefined) enforcePolicy(state, arn, policy);
    state.topics.set(arn, { arn, name, attributes: new Map(attributes), subscriptions: new Map(), deletedSubscriptions: 0, messages: [] });
    return { TopicArn: arn };
  },
});
