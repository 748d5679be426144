import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { Kernel } from '../kernel.ts';
import type { PublishedMessage, Subscription } from './state.ts';

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

const shownAttributes = (attributes: Attributes): Record<string, { Type: string; Value: string }> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType = '', StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: BinaryValue ? Buffer.from(BinaryValue).toString('base64') : (StringValue ?? '') },
    ]),
  );

/** Nobody can sign for AWS: the signature says that it is none, and its certificate's address leads nowhere. */
const signature = 'EmulatedSignature';
const addresses = (kernel: Kernel, subscription: Subscription) => ({
  certificate: `https://sns.${kernel.region}.localhost/SimpleNotificationService.pem`,
  unsubscribe: `https://sns.${kernel.region}.localhost/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
});

/** The JSON a queue gets, members in AWS's order. */
export function queueNotification(kernel: Kernel, subscription: Subscription, published: PublishedMessage, message: string): string {
  const { certificate, unsubscribe } = addresses(kernel, subscription);
  return JSON.stringify({
    Type: 'Notification',
    MessageId: published.messageId,
    TopicArn: subscription.topicArn,
    ...(published.subject !== undefined && { Subject: published.subject }),
    Message: message,
    Timestamp: new Date(published.publishedAtMs).toISOString(),
    SignatureVersion: '1',
    Signature: signature,
    SigningCertURL: certificate,
    UnsubscribeURL: unsubscribe,
    ...(Object.keys(published.attributes).length > 0 && { MessageAttributes: shownAttributes(published.attributes) }),
  });
}

/** The event a function gets. */
export function functionEvent(kernel: Kernel, subscription: Subscription, published: PublishedMessage, message: string): string {
  const { certificate, unsubscribe } = addresses(kernel, subscription);
  return JSON.stringify({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        Sns: {
          Type: 'Notification',
          MessageId: published.messageId,
          TopicArn: subscription.topicArn,
          Subject: published.subject ?? null,
          Message: message,
          Timestamp: new Date(published.publishedAtMs).toISOString(),
          SignatureVersion: '1',
          Signature: signature,
          SigningCertUrl: certificate,
          UnsubscribeUrl: unsubscribe,
          MessageAttributes: shownAttributes(published.attributes),
        },
      },
    ],
  });
}
