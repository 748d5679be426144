import { membersOf, type Schema } from './schemas.ts';

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

/** Whether a member the schema doesn't have counts. */
interface Options {
  readonly unknownMembers: 'refused' | 'ignored';
}

/**
 * Where a typed value (as operations take and give it) isn't what its schema says: `CreationTime is text, expected a Date`.
 */
export function misfits(schema: Schema, value: unknown, options: Options): string[] {
  const found: string[] = [];
  compare(schema, value, options, '', found);
  return found;
}

function compare(schema: Schema, value: unknown, options: Options, path: string, found: string[]): void {
  // An absent answer stands for one without members.
  if (value === undefined || value === null || schema.isDocumentSchema() || schema.isUnitSchema()) return;
  const expected = (what: string) => void found.push(`${path === '' ? 'the value' : path} is ${nameOf(value)}, expected ${what}`);
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (schema.isStructSchema()) {
    if (!isPlain(value)) return expected('a structure');
    const members = membersOf(schema);
    for (const member of members) {
      const one = value[member.name];
      if (one !== undefined) compare(member.schema, one, options, below(member.name), found);
    }
    if (options.unknownMembers === 'refused') {
      for (const name of Object.keys(value)) {
        // The SDK's name for a union member its model doesn't have, and for what it knows of the answer itself.
        if (name.startsWith('$') || value[name] === undefined || members.some((member) => member.name === name)) continue;
        found.push(`${below(name)} is unknown`);
      }
    }
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) return expected('a list');
    const member = schema.getValueSchema();
    for (const [index, one] of value.entries()) compare(member, one, options, `${path}[${index}]`, found);
  } else if (schema.isMapSchema()) {
    if (!isPlain(value)) return expected('a map');
    const member = schema.getValueSchema();
    for (const [key, one] of Object.entries(value)) compare(member, one, options, below(key), found);
  } else {
    const what = wanted(schema, value);
    if (what !== undefined) expected(what);
  }
}
