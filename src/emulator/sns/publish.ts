import type { MessageAttributeValue, PublishCommandInput, PublishResponse } from '@aws-sdk/client-sns';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { deliver } from './deliver.ts';
import { invalidParameter } from './errors.ts';
import { passes } from './filter-policy.ts';
import { type Protocol, type PublishedMessage, type SnsState, topicAt } from './state.ts';

const maxMessageBytes = 262_144;

/** ASCII, at most 100 characters, no control characters, and first a letter, a figure or a punctuation mark. */
const subjectGrammar = /^[\x21-\x7E][\x20-\x7E]{0,99}$/;

const bytesOf = (message: string, attributes: Readonly<Record<string, MessageAttributeValue>>): number =>
  Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue, BinaryValue }]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(DataType ?? '') + Buffer.byteLength(StringValue ?? '') + (BinaryValue?.byteLength ?? 0),
    Buffer.byteLength(message),
  );

function assertAttributes(attributes: Readonly<Record<string, MessageAttributeValue>>): void {
  for (const [name, { DataType = '', StringValue, BinaryValue }] of Object.entries(attributes)) {
    const type = DataType.split('.')[0];
    if (type !== 'String' && type !== 'Number' && type !== 'Binary') {
      throw new AwsError(
        'ParameterValueInvalid',
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    if (type === 'Binary' ? (BinaryValue?.byteLength ?? 0) === 0 : (StringValue ?? '') === '') {
      throw new AwsError(
        'ParameterValueInvalid',
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
      );
    }
  }
}

/** What each protocol is sent: the message, or its own part of a JSON message. */
function textFor(input: PublishCommandInput): (protocol: Protocol) => string {
  const message = input.Message ?? '';
  if (input.MessageStructure === undefined) return () => message;
  if (input.MessageStructure !== 'json') throw invalidParameter('MessageStructure');
  let parts: unknown;
  try {
    parts = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const part = (name: string): string | undefined => {
    const value = (parts as Record<string, unknown> | null)?.[name]; // Whatever it is: only text counts.
    return typeof value === 'string' ? value : undefined;
  };
  const fallback = part('default');
  if (fallback === undefined) throw invalidParameter('Message Structure - No default entry in JSON message body');
  return (protocol) => part(protocol) ?? fallback;
}

/** Answers as soon as the message is taken; it goes to each subscription afterwards, each for itself. */
export const publish = defineOperation<SnsState, PublishCommandInput, PublishResponse>({
  name: 'Publish',
  access: (input) => [{ action: 'sns:Publish', resource: input.TopicArn ?? input.TargetArn ?? '*' }],
  run(input, state) {
    const { kernel } = state;
    if (input.PhoneNumber !== undefined) throw notEmulated('sns:Publish to a phone number');
    if (input.MessageGroupId !== undefined || input.MessageDeduplicationId !== undefined) {
      throw notEmulated('MessageGroupId and MessageDeduplicationId of sns:Publish (FIFO topics)');
    }
    const topic = topicAt(state, input.TopicArn ?? input.TargetArn);
    const attributes = input.MessageAttributes ?? {};
    if ((input.Message ?? '') === '') throw invalidParameter('Empty message');
    if (input.Subject !== undefined && !subjectGrammar.test(input.Subject)) throw invalidParameter('Subject');
    assertAttributes(attributes);
    if (bytesOf(input.Message ?? '', attributes) > maxMessageBytes) throw invalidParameter('Message too long');
    const text = textFor(input);

    const published: PublishedMessage = {
      messageId: kernel.random.uuid('sns/message-id'),
      subject: input.Subject,
      message: input.Message ?? '',
      attributes: structuredClone(attributes),
      publishedAtMs: kernel.clock.now(),
    };
    topic.messages.push(published);
    kernel.trace.write('event', {
      published: published.messageId,
      topic: topic.name,
      ...(input.Subject !== undefined && { subject: input.Subject }),
    });
    for (const subscription of topic.subscriptions.values()) {
      if (subscription.pending || (subscription.filter && !passes(subscription.filter, attributes))) continue;
      kernel.background(`sns message ${published.messageId}`, () => deliver(state, subscription, published, text(subscription.protocol)));
    }
    return { MessageId: published.messageId };
  },
});
