import { serializationException } from './errors.ts';
import { membersOf, type Schema } from './schemas.ts';

/** How a document carries what JSON has no word for. */
export type Carrier = 'json' | 'cbor';

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'START_ARRAY';
  if (value instanceof Uint8Array) return 'BINARY_VALUE';
  switch (typeof value) {
    case 'string':
      return 'STRING_VALUE';
    case 'number':
    case 'bigint':
      return 'NUMBER_VALUE';
    case 'boolean':
      return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
    default:
      return 'START_OBJECT';
  }
}

function refuse(value: unknown, expected: string): never {
  if (Array.isArray(value)) throw serializationException('Unexpected list found where not expected');
  if (typeof value === 'object' && !(value instanceof Uint8Array))
    throw serializationException('Start of structure or map found where not expected.');
  throw serializationException(`${kindOf(value)} cannot be converted to ${expected}`);
}

const isBase64 = (text: string) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

const isTagged = (value: unknown) => typeof value === 'object' && value !== null && 'tag' in value && 'value' in value;

/**
 * Refuses a parsed document whose values are of other kinds than its schema's, as AWS does before anything else looks at them.
 * Unknown members are ignored, `null` is an absent member.
 *
 * @throws AwsError `SerializationException`
 */
export function checkDocument(schema: Schema, value: unknown, carrier: Carrier): void {
  if (value === null || value === undefined || schema.isUnitSchema() || schema.isDocumentSchema()) return;
  if (schema.isStructSchema()) {
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) refuse(value, schema.getName() ?? 'a structure');
    const record = value as Record<string, unknown>; // an object, by the line above
    for (const member of membersOf(schema)) checkDocument(member.schema, record[member.name], carrier);
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) refuse(value, 'a list');
    const member = schema.getValueSchema();
    for (const one of value as unknown[]) checkDocument(member, one, carrier); // an array, by the line above
  } else if (schema.isMapSchema()) {
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) refuse(value, 'a map');
    const member = schema.getValueSchema();
    for (const one of Object.values(value)) checkDocument(member, one, carrier);
  } else checkSimple(schema, value, carrier);
}

function checkSimple(schema: Schema, value: unknown, carrier: Carrier): void {
  if (schema.isStringSchema()) {
    if (typeof value !== 'string') refuse(value, 'String');
  } else if (schema.isBooleanSchema()) {
    if (typeof value !== 'boolean') refuse(value, 'Boolean');
  } else if (schema.isNumericSchema()) {
    const named = value === 'NaN' || value === 'Infinity' || value === '-Infinity';
    if (typeof value !== 'number' && !named) refuse(value, 'a number');
  } else if (schema.isTimestampSchema()) {
    const good = typeof value === 'number' || (carrier === 'cbor' && (isTagged(value) || value instanceof Date));
    if (!good) refuse(value, 'milliseconds since epoch');
  } else if (schema.isBlobSchema()) {
    if (carrier === 'cbor') {
      if (!(value instanceof Uint8Array)) refuse(value, 'a blob');
    } else if (typeof value !== 'string') refuse(value, 'a blob');
    else if (!isBase64(value)) throw serializationException('Invalid length for a base64-encoded value or a character outside its alphabet');
  }
}
