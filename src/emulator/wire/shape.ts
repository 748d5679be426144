import type { Schema } from './schemas.ts';

const nameOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a Date';
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value;
};

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !(value instanceof Uint8Array);

/** What a simple value should have been; undefined when it is that. */
function wanted(schema: Schema, value: unknown): string | undefined {
  if (schema.isStringSchema()) return typeof value === 'string' ? undefined : 'text';
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? undefined : 'a boolean';
  if (schema.isNumericSchema()) return typeof value === 'number' ? undefined : 'a number';
  if (schema.isTimestampSchema()) return value instanceof Date ? undefined : 'a Date';
  if (schema.isBlobSchema()) return value instanceof Uint8Array ? undefined : 'bytes';
  return undefined;
}

/**
 * Where a typed value (as operations take and give it) isn't what its schema says: `CreationTime is text, expected a Date`.
 *
 * @param options.unknownMembers whether a member the schema doesn't have counts
 */
export function misfits(schema: Schema, value: unknown, options: { unknownMembers: 'refused' | 'ignored' }, path = ''): string[] {
  // An absent answer stands for one without members.
  if (value === undefined || value === null || schema.isDocumentSchema() || schema.isUnitSchema()) return [];
  const at = path === '' ? 'the value' : path;
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (schema.isStructSchema()) {
    if (!isPlain(value)) return [`${at} is ${nameOf(value)}, expected a structure`];
    const known = new Set<string>();
    const found: string[] = [];
    for (const [name, member] of schema.structIterator()) {
      known.add(name);
      found.push(...misfits(member, value[name], options, below(name)));
    }
    if (options.unknownMembers === 'refused') {
      // The SDK's name for a union member its model doesn't have, and for what it knows of the answer itself.
      const extra = Object.keys(value).filter((name) => !known.has(name) && !name.startsWith('$') && value[name] !== undefined);
      found.push(...extra.map((name) => `${below(name)} is unknown`));
    }
    return found;
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return [`${at} is ${nameOf(value)}, expected a list`];
    const member = schema.getValueSchema();
    return value.flatMap((one, index) => misfits(member, one, options, `${path}[${index}]`));
  }
  if (schema.isMapSchema()) {
    if (!isPlain(value)) return [`${at} is ${nameOf(value)}, expected a map`];
    const member = schema.getValueSchema();
    return Object.entries(value).flatMap(([key, one]) => misfits(member, one, options, below(key)));
  }
  const expected = wanted(schema, value);
  return expected === undefined ? [] : [`${at} is ${nameOf(value)}, expected ${expected}`];
}
