import type { SetTopicAttributesCommandInput } from '@aws-sdk/client-sns';
import { defineOperation } from '../operation.ts';
import { type SnsState, topicAccess, topicAt } from './state.ts';
import { assertTopicAttribute, enforcePolicy } from './topic-attributes.ts';

export const setTopicAttributes = defineOperation<SnsState, SetTopicAttributesCommandInput, object>({
  name: 'SetTopicAttributes',
  access: topicAccess('SetTopicAttributes'),
  run(input, state) {
    const topic = topicAt(state, input.TopicArn);
    const { AttributeName: name = '', AttributeValue: value = '' } = input;
    assertTopicAttribute(name);
    if (name === 'Policy') enforcePolicy(state, topic.arn, value);
    topic.attributes.set(name, value);
    return {};
  },
});
