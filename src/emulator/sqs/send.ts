import type { MessageAttributeValue, MessageSystemAttributeValue } from '@aws-sdk/client-sqs';
import { AwsError, notEmulated } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import { invalidParameterValue, invalidValue } from './errors.ts';
import { assertAttributes, md5, md5OfAttributes, messageBytes } from './message-attributes.ts';
import type { Message, Queue } from './queue.ts';
import type { SqsState } from './state.ts';

/** What SendMessage and an entry of SendMessageBatch have in common. */
export interface SendInput {
  readonly MessageBody?: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
  readonly MessageSystemAttributes?: Partial<Record<string, MessageSystemAttributeValue>> | undefined;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}

export interface Sent {
  readonly MessageId: string;
  readonly MD5OfMessageBody: string;
  readonly MD5OfMessageAttributes?: string;
  readonly MD5OfMessageSystemAttributes?: string;
}

/** Characters XML 1.0 has none of, which SQS takes none of. */
// oxlint-disable-next-line no-control-regex -- These are the characters that are looked for.
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Judges a message and puts it into the queue. */
export function send(state: SqsState, queue: Queue, input: SendInput, caller: Caller): Sent {
  const { kernel } = state;
  const body = input.MessageBody ?? '';
  const attributes = input.MessageAttributes ?? {};
  if (body === '') {
    throw new AwsError('MissingRequiredParameterException', 'The request must contain the parameter MessageBody.', {
      queryCode: 'MissingParameter',
    });
  }
  if (forbidden.test(body)) {
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  if (input.MessageGroupId !== undefined) throw notEmulated('MessageGroupId of sqs:SendMessage (fair queues, FIFO queues)');
  if (input.MessageDeduplicationId !== undefined) {
    throw invalidValue(
      input.MessageDeduplicationId,
      'MessageDeduplicationId',
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  const delaySeconds = input.DelaySeconds ?? queue.settings.delaySeconds;
  if (delaySeconds < 0 || delaySeconds > 900) throw invalidValue(delaySeconds, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.');
  assertAttributes(attributes);
  if (messageBytes(body, attributes) > queue.settings.maximumMessageBytes) {
    throw invalidParameterValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.maximumMessageBytes} bytes.`,
    );
  }
  const systemAttributes = Object.fromEntries(
    Object.entries(input.MessageSystemAttributes ?? {}).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  );
  const unknown = Object.keys(systemAttributes).find((name) => name !== 'AWSTraceHeader');
  if (unknown !== undefined) throw invalidParameterValue(`Message system attribute name '${unknown}' is invalid.`);
  const nowMs = kernel.clock.now();
  const message: Message = {
    id: kernel.random.uuid('sqs/message-id'),
    body,
    attributes: structuredClone(attributes),
    systemAttributes: structuredClone(systemAttributes),
    senderId: caller.arn,
    sentAtMs: nowMs,
    visibleAtMs: nowMs + delaySeconds * 1000,
    receiveCount: 0,
    firstReceivedAtMs: undefined,
    receiptHandle: undefined,
    deadLetterSourceArn: undefined,
  };
  queue.add(message);
  const attributesDigest = md5OfAttributes(attributes);
  const systemDigest = md5OfAttributes(systemAttributes);
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5(body),
    ...(attributesDigest !== undefined && { MD5OfMessageAttributes: attributesDigest }),
    ...(systemDigest !== undefined && { MD5OfMessageSystemAttributes: systemDigest }),
  };
}
