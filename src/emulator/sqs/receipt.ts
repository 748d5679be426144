import { AwsError } from '../aws-error.ts';
import type { Message, Queue } from './queue.ts';

/**
 * The message a receipt handle is of, if it is still there and the handle is its latest.
 *
 * @throws AwsError `ReceiptHandleIsInvalid` for what is no handle of this queue
 */
export function messageOf(queue: Queue, receiptHandle: string | undefined): Message | undefined {
  const [name, id] = Buffer.from(receiptHandle ?? '', 'base64')
    .toString()
    .split('/');
  if (name !== queue.name || id === undefined) {
    throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${receiptHandle ?? ''}" is not a valid receipt handle.`);
  }
  return queue.messages().find((message) => message.receiptHandle === receiptHandle);
}
