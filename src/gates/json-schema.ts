import * as z from 'zod/mini';

/** A JSON Schema as a person writes it in a delivery, draft 2020-12: JSON that is looked at only where a value is checked. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const types = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
const isObject = (value: unknown): value is JsonSchema => value !== null && typeof value === 'object' && !Array.isArray(value);
const isNames = (value: unknown): boolean => Array.isArray(value) && value.every((name) => typeof name === 'string');
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): boolean => typeof value === 'string';
function isPattern(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

/** Keywords whose value is checked by itself, with what is expected of it. */
const plain: Readonly<Record<string, readonly [expected: string, is: (value: unknown) => boolean]>> = {
  type: [`one or some of ${types.join(', ')}`, (value) => (Array.isArray(value) ? value : [value]).every((type) => types.includes(String(type)))],
  required: ['a list of names', isNames],
  enum: ['a list', Array.isArray],
  const: ['a value', () => true],
  default: ['a value', () => true],
  examples: ['a list', Array.isArray],
  uniqueItems: ['true or false', (value) => typeof value === 'boolean'],
  pattern: ['a regular expression', isPattern],
  $ref: ['a place in this schema, such as #/$defs/name', (value) => typeof value === 'string' && /^#(\/|$)/.test(value)],
  ...Object.fromEntries(
    ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties', 'minContains', 'maxContains'].map((name) => [
      name,
      ['a whole number, 0 or more', isCount],
    ]),
  ),
  ...Object.fromEntries(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'].map((name) => [name, ['a number', isNumber]])),
  ...Object.fromEntries(['title', 'description', 'format', '$schema', '$id', '$comment'].map((name) => [name, ['a text', isText]])),
};
/** Keywords whose value is a schema, a list of schemas, schemas by name. */
const one = ['items', 'additionalProperties', 'contains', 'propertyNames', 'not', 'if', 'then', 'else'];
const many = ['anyOf', 'allOf', 'oneOf', 'prefixItems'];
const named = ['properties', 'patternProperties', '$defs', 'dependentSchemas'];
/** Of these, the ones that look at the very value the schema itself looks at. */
const samePlace = ['not', 'if', 'then', 'else', 'anyOf', 'allOf', 'oneOf', 'dependentSchemas'];

interface Flaw {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Where a schema says what no schema may: a keyword that nobody knows would check nothing, and look as if it did. */
export function flawsOfSchema(schema: unknown, path: readonly PropertyKey[] = []): readonly Flaw[] {
  if (typeof schema === 'boolean') return [];
  if (!isObject(schema)) return [{ path, message: 'Expected a JSON Schema: an object, true or false' }];
  return Object.entries(schema).flatMap(([keyword, value]): readonly Flaw[] => {
    const here = [...path, keyword];
    const rule = plain[keyword];
    if (rule) return rule[1](value) ? [] : [{ path: here, message: `Expected ${rule[0]}` }];
    if (one.includes(keyword)) return flawsOfSchema(value, here);
    if (many.includes(keyword))
      return Array.isArray(value)
        ? value.flatMap((inner, index) => flawsOfSchema(inner, [...here, index]))
        : [{ path: here, message: 'Expected a list of schemas' }];
    if (named.includes(keyword))
      return isObject(value)
        ? Object.entries(value).flatMap(([name, inner]) =>
            keyword === 'patternProperties' && !isPattern(name)
              ? [{ path: [...here, name], message: 'Expected a regular expression' }]
              : flawsOfSchema(inner, [...here, name]),
          )
        : [{ path: here, message: 'Expected schemas by name' }];
    return [{ path: here, message: `Expected a keyword of JSON Schema 2020-12: "${keyword}" is none that is checked` }];
  });
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a `$ref` leads to; undefined where there is nothing. */
function referred(root: JsonSchema, reference: string): unknown {
  let found: unknown = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = unescaped(part).replaceAll('~1', '/').replaceAll('~0', '~');
    found = found !== null && typeof found === 'object' && Object.hasOwn(found, key) ? (found as JsonSchema)[key] : undefined;
  }
  return found;
}

/** Where a schema refers to nothing, or to itself without looking further into the value, which would never end. */
function flawsOfReferences(root: JsonSchema, schema: unknown, path: readonly PropertyKey[]): readonly Flaw[] {
  if (!isObject(schema)) return Array.isArray(schema) ? schema.flatMap((inner, index) => flawsOfReferences(root, inner, [...path, index])) : [];
  return Object.entries(schema).flatMap(([keyword, value]): readonly Flaw[] => {
    const here = [...path, keyword];
    if (keyword === '$ref') {
      const target = referred(root, String(value));
      if (target === undefined) return [{ path: here, message: `Expected a place in this schema: ${String(value)} leads nowhere` }];
      return leadsBack(root, target, [schema]) ? [{ path: here, message: 'Expected a place that does not lead back here: it would never end' }] : [];
    }
    if (one.includes(keyword) || many.includes(keyword)) return flawsOfReferences(root, value, here);
    if (named.includes(keyword) && isObject(value))
      return Object.entries(value).flatMap(([name, inner]) => flawsOfReferences(root, inner, [...here, name]));
    return [];
  });
}

/** Whether looking at one value with a schema comes back to a schema it came from. */
function leadsBack(root: JsonSchema, schema: unknown, from: readonly unknown[]): boolean {
  if (Array.isArray(schema)) return schema.some((inner) => leadsBack(root, inner, from));
  if (!isObject(schema)) return false;
  if (from.includes(schema)) return true;
  return Object.entries(schema).some(([keyword, value]) => {
    if (keyword === '$ref') return leadsBack(root, referred(root, String(value)), [...from, schema]);
    if (!samePlace.includes(keyword)) return false;
    return leadsBack(root, keyword === 'dependentSchemas' && isObject(value) ? Object.values(value) : value, [...from, schema]);
  });
}

/** A JSON Schema in a spec. */
export const JsonSchemaSpec = z.record(z.string(), z.unknown()).check(({ issues, value }) => {
  const flaws = flawsOfSchema(value);
  for (const { path, message } of flaws.length > 0 ? flaws : flawsOfReferences(value, value, []))
    issues.push({ code: 'custom', path: [...path], message, input: value });
});

/** A body as JSON; undefined where it is none. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
