import { notEmulated } from '../aws-error.ts';
import { readResourcePolicy } from '../iam/resource-policy.ts';
import type { Kernel } from '../kernel.ts';
import { invalidParameter } from './errors.ts';
import type { SnsState, Topic } from './state.ts';

/** Kept as they are said: encryption, tracing and signatures change nothing here. */
const kept = ['DisplayName', 'Policy', 'KmsMasterKeyId', 'TracingConfig', 'SignatureVersion'];
const refused = ['FifoTopic', 'ContentBasedDeduplication', 'FifoThroughputScope', 'ArchivePolicy', 'DeliveryPolicy', 'DataProtectionPolicy'];

export function assertTopicAttribute(name: string): void {
  if (kept.includes(name)) return;
  if (refused.includes(name)) throw notEmulated(`the attribute ${name} of SNS topics`);
  throw invalidParameter('AttributeName');
}

/** Puts a topic's policy before those who judge calls. */
export function enforcePolicy({ identities, kernel }: SnsState, arn: string, policy: string): void {
  const statements = readResourcePolicy(policy, arn, kernel.account, () => invalidParameter('Policy Error: null'));
  identities?.removeResourcePolicies(arn);
  for (const statement of statements) identities?.addResourcePolicy(arn, statement);
}

/** The policy a topic has until it is given one: the account itself, nobody else. */
const defaultPolicy = (kernel: Kernel, arn: string): string =>
  JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': kernel.account } },
      },
    ],
  });

export function attributesOf(kernel: Kernel, topic: Topic): Record<string, string> {
  const subscriptions = [...topic.subscriptions.values()];
  return {
    TopicArn: topic.arn,
    Owner: kernel.account,
    DisplayName: '',
    Policy: defaultPolicy(kernel, topic.arn),
    ...Object.fromEntries(topic.attributes),
    SubscriptionsConfirmed: String(subscriptions.filter(({ pending }) => !pending).length),
    SubscriptionsPending: String(subscriptions.filter(({ pending }) => pending).length),
    SubscriptionsDeleted: String(topic.deletedSubscriptions),
    EffectiveDeliveryPolicy: JSON.stringify({
      http: {
        defaultHealthyRetryPolicy: {
          minDelayTarget: 20,
          maxDelayTarget: 20,
          numRetries: 3,
          numMaxDelayRetries: 0,
          numNoDelayRetries: 0,
          numMinDelayRetries: 0,
          backoffFunction: 'linear',
        },
        disableSubscriptionOverrides: false,
        defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
      },
    }),
  };
}
