import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { Identities } from '../iam/identities.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Access } from '../operation.ts';
import { invalidParameter, notFound } from './errors.ts';
import type { FilterPolicy } from './filter-policy.ts';

export const protocols = ['sqs', 'lambda', 'email', 'https'] as const;
export type Protocol = (typeof protocols)[number];

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** Queues and functions are confirmed at once; nobody confirms for a mailbox or a web server. */
  readonly pending: boolean;
  readonly subscriber: string;
  /** As set: `RawMessageDelivery`, `FilterPolicy`, `FilterPolicyScope`, `RedrivePolicy`. */
  readonly attributes: Map<string, string>;
  /** Unset: every message. */
  filter: FilterPolicy | undefined;
  /** Where a message goes that could not be delivered; unset without a redrive policy. */
  deadLetterArn: string | undefined;
}

/** A message that was published, as it was. */
export interface PublishedMessage {
  readonly messageId: string;
  /** Unset when there was none. */
  readonly subject: string | undefined;
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly publishedAtMs: number;
}

export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly attributes: Map<string, string>;
  /** By ARN, in the order they were made. */
  readonly subscriptions: Map<string, Subscription>;
  deletedSubscriptions: number;
  readonly messages: PublishedMessage[];
}

export interface SnsState {
  readonly kernel: Kernel;
  /** By ARN. */
  readonly topics: Map<string, Topic>;
  /** Where topic policies are enforced; absent in a test of the service alone. */
  readonly identities: Pick<Identities, 'addResourcePolicy' | 'removeResourcePolicies'> | undefined;
}

export const topicArnOf = (kernel: Kernel, name: string): string => arnOf(kernel, 'sns', name);

/** @throws AwsError `InvalidParameter` for what is no ARN, `NotFound` */
export function topicAt(state: SnsState, arn: string | undefined, parameter = 'TopicArn'): Topic {
  const parts = (arn ?? '').split(':').length;
  if (parts < 6) throw invalidParameter(`${parameter} Reason: An ARN must have at least 6 elements, not ${parts}`);
  const topic = state.topics.get(arn ?? '');
  if (!topic) throw notFound('Topic');
  return topic;
}

/** A subscription's ARN is its topic's and one part more. */
export const topicArnOfSubscription = (arn: string | undefined): string => (arn ?? '').split(':').slice(0, -1).join(':');

/** @throws AwsError `NotFound` */
export function subscriptionAt(state: SnsState, arn: string | undefined): Subscription {
  const subscription = state.topics.get(topicArnOfSubscription(arn))?.subscriptions.get(arn ?? '');
  if (!subscription) throw notFound('Subscription');
  return subscription;
}

export const topicAccess =
  (action: string) =>
  (input: { readonly TopicArn?: string | undefined }): readonly Access[] => [{ action: `sns:${action}`, resource: input.TopicArn ?? '' }];

export const subscriptionAccess =
  (action: string) =>
  (input: { readonly SubscriptionArn?: string | undefined }): readonly Access[] => [
    { action: `sns:${action}`, resource: topicArnOfSubscription(input.SubscriptionArn) },
  ];
