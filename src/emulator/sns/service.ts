import type { Identities } from '../iam/identities.ts';
import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { createTopic } from './create-topic.ts';
import { deleteTopic } from './delete-topic.ts';
import { getSubscriptionAttributes } from './get-subscription-attributes.ts';
import { getTopicAttributes } from './get-topic-attributes.ts';
import { listSubscriptionsByTopic } from './list-subscriptions-by-topic.ts';
import { listTopics } from './list-topics.ts';
import { publish } from './publish.ts';
import { setSubscriptionAttributes } from './set-subscription-attributes.ts';
import { setTopicAttributes } from './set-topic-attributes.ts';
import type { PublishedMessage, SnsState } from './state.ts';
import { subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';

export type { PublishedMessage } from './state.ts';

export interface SnsOptions {
  /** Where topic policies are enforced. */
  readonly identities?: Pick<Identities, 'addResourcePolicy' | 'removeResourcePolicies'>;
}

export interface SnsService {
  readonly service: Service;
  /** What was published to a topic, oldest first, delivered or not; empty where there is no such topic. */
  readonly messages: (topicArn: string) => PublishedMessage[];
}

/** SNS: standard topics, delivered to queues and functions. */
export function createSnsService(kernel: Kernel, options: SnsOptions = {}): SnsService {
  const state: SnsState = { kernel, topics: new Map(), identities: options.identities };
  return {
    service: bindService('sns', state, [
      createTopic,
      deleteTopic,
      listTopics,
      getTopicAttributes,
      setTopicAttributes,
      subscribe,
      unsubscribe,
      listSubscriptionsByTopic,
      getSubscriptionAttributes,
      setSubscriptionAttributes,
      publish,
    ]),
    messages: (topicArn) => (state.topics.get(topicArn)?.messages ?? []).map((message) => structuredClone(message)),
  };
}
