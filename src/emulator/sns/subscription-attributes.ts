import { notEmulated } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import { invalidParameter } from './errors.ts';
import { readFilterPolicy } from './filter-policy.ts';
import type { Subscription } from './state.ts';

type Settings = Pick<Subscription, 'attributes' | 'filter' | 'deadLetterArn'>;

function deadLetterArnOf(value: string): string | undefined {
  if (value === '') return undefined;
  let policy: unknown;
  try {
    policy = JSON.parse(value);
  } catch {
    throw invalidParameter('RedrivePolicy: failed to parse JSON.');
  }
  const arn = (policy as { deadLetterTargetArn?: unknown } | null)?.deadLetterTargetArn; // Looked at next.
  if (typeof arn !== 'string' || !/^arn:[^:]+:sqs:[^:]+:[^:]+:[^:]+$/.test(arn)) {
    throw invalidParameter('RedrivePolicy: deadLetterTargetArn is an invalid arn');
  }
  return arn;
}

/** Sets one attribute of a subscription. Throws in SNS's words. */
export function applySubscriptionAttribute(settings: Settings, name: string, value: string): void {
  switch (name) {
    case 'RawMessageDelivery':
      if (!['true', 'false'].includes(value.toLowerCase())) {
        throw invalidParameter(`RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
      }
      break;
    case 'FilterPolicy':
      settings.filter = value === '' ? undefined : readFilterPolicy(value);
      break;
    case 'FilterPolicyScope':
      if (value === 'MessageBody') throw notEmulated('SNS filter policies on the message body');
      if (value !== 'MessageAttributes') throw invalidParameter(`FilterPolicyScope: Invalid value [${value}].`);
      break;
    case 'RedrivePolicy':
      settings.deadLetterArn = deadLetterArnOf(value);
      break;
    case 'DeliveryPolicy':
    case 'SubscriptionRoleArn':
    case 'ReplayPolicy':
      throw notEmulated(`the attribute ${name} of SNS subscriptions`);
    default:
      throw invalidParameter('AttributeName');
  }
  if (value === '') settings.attributes.delete(name);
  else settings.attributes.set(name, name === 'RawMessageDelivery' ? value.toLowerCase() : value);
}

export function subscriptionAttributesOf(kernel: Kernel, subscription: Subscription): Record<string, string> {
  return {
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Owner: kernel.account,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    PendingConfirmation: String(subscription.pending),
    ConfirmationWasAuthenticated: String(!subscription.pending),
    SubscriptionPrincipal: subscription.subscriber,
    RawMessageDelivery: 'false',
    ...(subscription.filter && { FilterPolicyScope: 'MessageAttributes' }),
    ...Object.fromEntries(subscription.attributes),
  };
}
