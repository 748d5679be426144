import { AwsError } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import type { Kernel } from '../kernel.ts';
import { functionEvent, queueNotification } from './notification.ts';
import type { PublishedMessage, SnsState, Subscription } from './state.ts';

/** SNS itself, judged by the policy of the queue or function. */
const asSns = (subscription: Subscription): Caller => ({
  kind: 'service',
  service: 'sns.amazonaws.com',
  arn: 'sns.amazonaws.com',
  sourceArn: subscription.topicArn,
});

const queueUrlOf = (kernel: Kernel, arn: string): string =>
  `https://sqs.${kernel.region}.amazonaws.com/${kernel.account}/${arn.split(':').at(-1) ?? ''}`;

/** AWS's policy for queues and functions: 3 retries at once, 2 a second apart, 10 growing to 20 s, 100,000 each 20 s; 23 days in all. */
const mostRetries = 100_015;
const pauseBeforeMs = (retry: number): number => (retry < 3 ? 0 : retry < 5 ? 1000 : Math.min(20_000, 1000 * 2 ** (retry - 5)));

/** What SNS calls a server-side error is tried again; a target that is gone or keeps SNS out is a client-side error and is not. */
const isWorthRetrying = (error: AwsError): boolean => error.status >= 500 || error.status === 429 || /Throttl|TooManyRequests/.test(error.code);

async function hand({ kernel }: SnsState, subscription: Subscription, published: PublishedMessage, message: string): Promise<void> {
  if (subscription.protocol === 'lambda') {
    const event = functionEvent(kernel, subscription, published, message);
    await kernel.cloud.call(
      'lambda',
      'Invoke',
      { FunctionName: subscription.endpoint, InvocationType: 'Event', Payload: new TextEncoder().encode(event) },
      asSns(subscription),
    );
    return;
  }
  const raw = subscription.attributes.get('RawMessageDelivery') === 'true';
  await kernel.cloud.call(
    'sqs',
    'SendMessage',
    {
      QueueUrl: queueUrlOf(kernel, subscription.endpoint),
      MessageBody: raw ? message : queueNotification(kernel, subscription, published, message),
      ...(raw && Object.keys(published.attributes).length > 0 && { MessageAttributes: structuredClone(published.attributes) }),
    },
    asSns(subscription),
  );
}

/** Brings a message to one subscription: again where that may help, then to its dead-letter queue, if it has one. */
export async function deliver(state: SnsState, subscription: Subscription, published: PublishedMessage, message: string): Promise<void> {
  const { kernel } = state;
  const trace = (outcome: Record<string, unknown>) =>
    kernel.trace.write('event', { ...outcome, topic: subscription.topicArn, endpoint: subscription.endpoint });
  for (let retry = 0; ; retry++) {
    try {
      await hand(state, subscription, published, message);
      trace({ delivered: published.messageId });
      return;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      trace({ notDelivered: published.messageId, code: error.code, message: error.message, retry });
      if (!isWorthRetrying(error) || retry >= mostRetries) return deadLetter(state, subscription, published, message);
    }
    await kernel.clock.sleep(pauseBeforeMs(retry), `sns retry of ${published.messageId}`);
  }
}

async function deadLetter(state: SnsState, subscription: Subscription, published: PublishedMessage, message: string): Promise<void> {
  const { kernel } = state;
  const { deadLetterArn } = subscription;
  if (deadLetterArn === undefined) return;
  const input = { QueueUrl: queueUrlOf(kernel, deadLetterArn), MessageBody: queueNotification(kernel, subscription, published, message) };
  try {
    await kernel.cloud.call('sqs', 'SendMessage', input, asSns(subscription));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    kernel.trace.write('event', { lost: published.messageId, deadLetterQueue: deadLetterArn, code: error.code, message: error.message });
  }
}
