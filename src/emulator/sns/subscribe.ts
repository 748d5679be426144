import type { SubscribeCommandInput, SubscribeResponse } from '@aws-sdk/client-sns';
import { AwsError, notEmulated } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { invalidParameter } from './errors.ts';
import { type Protocol, protocols, type SnsState, type Subscription, topicAt } from './state.ts';
import { applySubscriptionAttribute } from './subscription-attributes.ts';

/** Protocols SNS has and the emulator has not. */
const unknownHere = ['http', 'email-json', 'sms', 'application', 'firehose'];

function protocolOf(text: string): Protocol {
  const protocol = protocols.find((one) => one === text);
  if (protocol) return protocol;
  if (unknownHere.includes(text)) throw notEmulated(`SNS subscriptions of the protocol "${text}"`);
  throw invalidParameter(`Amazon SNS does not support this protocol string: ${text}`);
}

function assertEndpoint(kernel: Kernel, protocol: Protocol, endpoint: string): void {
  const fits: Readonly<Record<Protocol, () => boolean>> = {
    sqs: () => new RegExp(`^arn:aws:sqs:${kernel.region}:${kernel.account}:[A-Za-z0-9_-]+$`).test(endpoint),
    lambda: () => new RegExp(`^arn:aws:lambda:${kernel.region}:${kernel.account}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$`).test(endpoint),
    email: () => /^[^@\s]+@[^@\s]+$/.test(endpoint),
    https: () => endpoint.startsWith('https://'),
  };
  if (fits[protocol]()) return;
  if (endpoint.startsWith(`arn:aws:${protocol}:`)) throw notEmulated(`SNS subscriptions of "${endpoint}": another account, region or kind`);
  throw invalidParameter(
    `Endpoint Reason: ${protocol === 'sqs' ? 'SQS endpoint ARN' : protocol === 'lambda' ? 'Lambda endpoint ARN' : 'Please provide a valid endpoint'}`,
  );
}

/** Mailboxes and web servers are kept as pending and are sent nothing: nobody here answers the confirmation. */
export const subscribe = defineOperation<SnsState, SubscribeCommandInput, SubscribeResponse>({
  name: 'Subscribe',
  access: (input) => [
    {
      action: 'sns:Subscribe',
      resource: input.TopicArn ?? '',
      context: { 'sns:Protocol': input.Protocol ?? '', 'sns:Endpoint': input.Endpoint ?? '' },
    },
  ],
  run(input, state, { caller }) {
    const { kernel } = state;
    const topic = topicAt(state, input.TopicArn);
    const protocol = protocolOf(input.Protocol ?? '');
    const endpoint = input.Endpoint ?? '';
    assertEndpoint(kernel, protocol, endpoint);
    const pending = protocol === 'email' || protocol === 'https';
    const answer = (arn: string): SubscribeResponse => ({
      SubscriptionArn: pending && input.ReturnSubscriptionArn !== true ? 'pending confirmation' : arn,
    });
    const existing = [...topic.subscriptions.values()].find((one) => one.protocol === protocol && one.endpoint === endpoint);
    const attributes = Object.entries(input.Attributes ?? {});
    if (existing) {
      if (attributes.some(([name, value]) => existing.attributes.get(name) !== value)) {
        throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
      }
      return answer(existing.arn);
    }
    const subscription: Subscription = {
      arn: `${topic.arn}:${kernel.random.uuid('sns/subscription-id')}`,
      topicArn: topic.arn,
      protocol,
      endpoint,
      pending,
      subscriber: caller.arn,
      attributes: new Map(),
      filter: undefined,
      deadLetterArn: undefined,
    };
    for (const [name, value] of attributes) {
      try {
        applySubscriptionAttribute(subscription, name, value);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'InvalidParameter') throw error;
        throw invalidParameter(`Attributes Reason: ${error.message.replace('Invalid parameter: ', '')}`);
      }
    }
    topic.subscriptions.set(subscription.arn, subscription);
    return answer(subscription.arn);
  },
});
