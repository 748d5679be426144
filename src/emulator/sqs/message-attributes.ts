import { createHash } from 'node:crypto';
import type { MessageAttributeValue, MessageSystemAttributeValue } from '@aws-sdk/client-sqs';
import { notEmulated } from '../aws-error.ts';
import { invalidParameterValue } from './errors.ts';

export type Attributes = Readonly<Record<string, MessageAttributeValue>>;

export const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

/** A length in four bytes, then what has it. */
function lengthAndBytes(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return Buffer.concat([length, bytes]);
}

/**
 * The digest of message attributes, which clients check: by name, each as name, type, one byte for text (1) or binary (2), and value,
 * all but that byte behind their lengths in four bytes.
 *
 * @returns lower-case hex, or nothing where there are no attributes
 */
export function md5OfAttributes(attributes: Attributes | Readonly<Record<string, MessageSystemAttributeValue>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? { DataType: '' };
    hash.update(lengthAndBytes(Buffer.from(name)));
    hash.update(lengthAndBytes(Buffer.from(DataType)));
    hash.update(Uint8Array.of(BinaryValue ? 2 : 1));
    hash.update(lengthAndBytes(BinaryValue ?? Buffer.from(StringValue ?? '')));
  }
  return hash.digest('hex');
}

/** What a message counts against the size limit: its body, and names, types and values of its attributes. UTF-8 bytes. */
export function messageBytes(body: string, attributes: Attributes): number {
  const text = (value: string | undefined) => Buffer.byteLength(value ?? '');
  return Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + text(name) + text(value.DataType) + text(value.StringValue) + (value.BinaryValue?.byteLength ?? 0),
    text(body),
  );
}

/** Throws `InvalidParameterValue` in SQS's words for attributes it does not take. */
export function assertAttributes(attributes: Attributes): void {
  const names = Object.keys(attributes);
  if (names.length > 10) {
    throw invalidParameterValue(`Number of message attributes [${names.length}] exceeds the allowed maximum [10].`);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (value.StringListValues || value.BinaryListValues) throw notEmulated('list values of message attributes');
    const type = (value.DataType ?? '').split('.')[0];
    if (type !== 'String' && type !== 'Number' && type !== 'Binary') {
      throw invalidParameterValue(
        `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
      );
    }
    const isEmpty = type === 'Binary' ? (value.BinaryValue?.byteLength ?? 0) === 0 : (value.StringValue ?? '') === '';
    if (isEmpty) {
      throw invalidParameterValue(
        `Message (user) attribute '${name}' must contain a non-empty value of type '${type === 'Binary' ? 'Binary' : 'String'}'.`,
      );
    }
  }
}

/** The attributes a receiver asked for: by name, `All`, `.*`, or a prefix that ends in `.*`. */
export function askedAttributes(attributes: Attributes, asked: readonly string[]): Record<string, MessageAttributeValue> {
  const wanted = (name: string) =>
    asked.some((one) => one === 'All' || one === '.*' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted(name)));
}
