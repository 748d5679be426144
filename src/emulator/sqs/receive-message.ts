import type { Message as MessageAnswer, ReceiveMessageCommandInput, ReceiveMessageResult } from '@aws-sdk/client-sqs';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { invalidValue, queueDoesNotExist } from './errors.ts';
import { askedAttributes, md5, md5OfAttributes } from './message-attributes.ts';
import type { Message, Queue } from './queue.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

function systemAttributesOf(message: Message, asked: readonly string[]): Record<string, string> {
  const all: Record<string, string> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs ?? 0),
    ...(message.deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSourceArn }),
    ...Object.fromEntries(Object.entries(message.systemAttributes).map(([name, { StringValue }]) => [name, StringValue ?? ''])),
  };
  return asked.includes('All') ? all : Object.fromEntries(Object.entries(all).filter(([name]) => asked.includes(name)));
}

function answerFor(message: Message, input: ReceiveMessageCommandInput): MessageAnswer {
  const system = systemAttributesOf(message, [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])]);
  const attributes = structuredClone(askedAttributes(message.attributes, input.MessageAttributeNames ?? []));
  // The digest is of what is shown, so that a client can check it.
  const digest = md5OfAttributes(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(digest !== undefined && { MD5OfMessageAttributes: digest, MessageAttributes: attributes }),
  };
}

/** Moves a message that was received too often to the dead-letter queue. Says whether it went. */
function redriven(state: SqsState, queue: Queue, message: Message): boolean {
  const { redrive } = queue.settings;
  if (!redrive || message.receiveCount < redrive.maxReceiveCount) return false;
  const target = [...state.queues.values()].find(({ arn }) => arn === redrive.deadLetterArn);
  // SQS keeps a message whose dead-letter queue is gone.
  if (!target) return false;
  queue.remove(message);
  target.add({ ...message, visibleAtMs: state.kernel.clock.now(), receiptHandle: undefined, deadLetterSourceArn: queue.arn });
  state.kernel.trace.write('state', {
    service: 'sqs',
    queue: queue.name,
    message: message.id,
    deadLetterQueue: target.name,
    receiveCount: message.receiveCount,
  });
  return true;
}

function take(state: SqsState, queue: Queue, input: ReceiveMessageCommandInput): MessageAnswer[] {
  const { kernel } = state;
  const nowMs = kernel.clock.now();
  const taken: MessageAnswer[] = [];
  for (const message of queue.messages().filter(({ visibleAtMs }) => visibleAtMs <= nowMs)) {
    if (taken.length === (input.MaxNumberOfMessages ?? 1)) break;
    if (redriven(state, queue, message)) continue;
    message.receiveCount++;
    message.firstReceivedAtMs ??= nowMs;
    message.receiptHandle = Buffer.from(`${queue.name}/${message.id}/${message.receiveCount}`).toString('base64');
    message.visibleAtMs = nowMs + (input.VisibilityTimeout ?? queue.settings.visibilityTimeoutSeconds) * 1000;
    taken.push(answerFor(message, input));
  }
  return taken;
}

/**
 * Waits on the clock up to `WaitTimeSeconds` for a first message. In the order they came; SQS promises none, and delivers at least once:
 * here once for each time a message becomes visible.
 */
export const receiveMessage = defineOperation<SqsState, ReceiveMessageCommandInput, ReceiveMessageResult>({
  name: 'ReceiveMessage',
  access: queueAccess('ReceiveMessage'),
  async run(input, state) {
    const queue = queueAt(state, input.QueueUrl);
    const { MaxNumberOfMessages: most = 1, WaitTimeSeconds: wait = queue.settings.receiveWaitSeconds, VisibilityTimeout: hide } = input;
    if (most < 1 || most > 10) throw invalidValue(most, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.');
    if (wait < 0 || wait > 20) throw invalidValue(wait, 'WaitTimeSeconds', 'Must be >= 0 and <= 20, if provided.');
    if (hide !== undefined && (hide < 0 || hide > 43_200)) {
      throw invalidValue(hide, 'VisibilityTimeout', 'Must be between 0 and 43200, if provided.');
    }
    if (input.ReceiveRequestAttemptId !== undefined) throw notEmulated('ReceiveRequestAttemptId of sqs:ReceiveMessage (FIFO queues)');
    const untilMs = state.kernel.clock.now() + wait * 1000;
    let messages = take(state, queue, input);
    while (messages.length === 0 && state.kernel.clock.now() < untilMs) {
      await queue.change(untilMs);
      if (state.queues.get(queue.name) !== queue) throw queueDoesNotExist();
      messages = take(state, queue, input);
    }
    return messages.length > 0 ? { Messages: messages } : {};
  },
});
