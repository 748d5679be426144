import type { DeleteTopicCommandInput } from '@aws-sdk/client-sns';
import { defineOperation } from '../operation.ts';
import { type SnsState, topicAccess } from './state.ts';

/** Succeeds as well where there is no such topic. */
export const deleteTopic = defineOperation<SnsState, DeleteTopicCommandInput, object>({
  name: 'DeleteTopic',
  access: topicAccess('DeleteTopic'),
  run(input, state) {
    if (state.topics.delete(input.TopicArn ?? '')) state.identities?.removeResourcePolicies(input.TopicArn ?? '');
    return {};
  },
});
