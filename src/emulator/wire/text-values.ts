import { serializationException } from './errors.ts';
import type { Schema } from './schemas.ts';

/** How a timestamp is written where values are text: ISO 8601 in query strings and XML, RFC 7231 in headers, seconds where a member says so. */
export type TimeFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** The SDK's numbers for timestamp schemas that carry their own format. */
const ownFormats: Readonly<Record<number, TimeFormat>> = { 5: 'date-time', 6: 'http-date', 7: 'epoch-seconds' };

function formatOf(schema: Schema, byDefault: TimeFormat): TimeFormat {
  const own: unknown = schema.getSchema();
  return (typeof own === 'number' ? ownFormats[own] : undefined) ?? byDefault;
}

/** A simple value out of text: a form field, a header, a label. @throws AwsError `SerializationException` */
export function valueOfText(schema: Schema, text: string, time: TimeFormat): unknown {
  if (schema.isBooleanSchema()) {
    if (text !== 'true' && text !== 'false') throw serializationException(`"${text}" cannot be converted to Boolean`);
    return text === 'true';
  }
  if (schema.isNumericSchema()) {
    const value = Number(text);
    if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) throw serializationException(`"${text}" cannot be converted to a number`);
    return value;
  }
  if (schema.isTimestampSchema()) {
    const value = formatOf(schema, time) === 'epoch-seconds' ? new Date(Number(text) * 1_000) : new Date(text);
    if (Number.isNaN(value.getTime())) throw serializationException(`"${text}" cannot be converted to a timestamp`);
    return value;
  }
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  return text;
}

/** A simple value as text. */
export function textOfValue(schema: Schema, value: unknown, time: TimeFormat): string {
  if (value instanceof Date) {
    const format = formatOf(schema, time);
    if (format === 'http-date') return value.toUTCString();
    return format === 'epoch-seconds' ? String(value.getTime() / 1_000) : value.toISOString().replace('.000Z', 'Z');
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}

/** Text as XML content. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[character] ?? character);
