import type { GetTopicAttributesCommandInput, GetTopicAttributesResponse } from '@aws-sdk/client-sns';
import { defineOperation } from '../operation.ts';
import { type SnsState, topicAccess, topicAt } from './state.ts';
import { attributesOf } from './topic-attributes.ts';

export const getTopicAttributes = defineOperation<SnsState, GetTopicAttributesCommandInput, GetTopicAttributesResponse>({
  name: 'GetTopicAttributes',
  access: topicAccess('GetTopicAttributes'),
  run: (input, state) => ({ Attributes: attributesOf(state.kernel, topicAt(state, input.TopicArn)) }),
});
