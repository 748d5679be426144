import type { UnsubscribeCommandInput } from '@aws-sdk/client-sns';
import { defineOperation } from '../operation.ts';
import { type SnsState, subscriptionAccess, topicArnOfSubscription } from './state.ts';

/** Succeeds as well where there is no such subscription. */
export const unsubscribe = defineOperation<SnsState, UnsubscribeCommandInput, object>({
  name: 'Unsubscribe',
  access: subscriptionAccess('Unsubscribe'),
  run(input, state) {
    const topic = state.topics.get(topicArnOfSubscription(input.SubscriptionArn));
    if (topic?.subscriptions.delete(input.SubscriptionArn ?? '')) topic.deletedSubscriptions++;
    return {};
  },
});
