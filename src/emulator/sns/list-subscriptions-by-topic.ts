import type { ListSubscriptionsByTopicCommandInput, ListSubscriptionsByTopicResponse } from '@aws-sdk/client-sns';
import { defineOperation } from '../operation.ts';
import { pageOf } from './page.ts';
import { type SnsState, topicAccess, topicAt } from './state.ts';

export const listSubscriptionsByTopic = defineOperation<SnsState, ListSubscriptionsByTopicCommandInput, ListSubscriptionsByTopicResponse>({
  name: 'ListSubscriptionsByTopic',
  access: topicAccess('ListSubscriptionsByTopic'),
  run(input, state) {
    const topic = topicAt(state, input.TopicArn);
    const { page, next } = pageOf([...topic.subscriptions.values()], input.NextToken);
    return {
      Subscriptions: page.map(({ arn, pending, protocol, endpoint }) => ({
        SubscriptionArn: pending ? 'PendingConfirmation' : arn,
        Owner: state.kernel.account,
        Protocol: protocol,
        Endpoint: endpoint,
        TopicArn: topic.arn,
      })),
      ...next,
    };
  },
});
