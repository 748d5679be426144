import type * as z from 'zod/mini';
import { nearest } from '../candidate/nearest.ts';

export type Path = readonly PropertyKey[];

/** What is wrong, and where in the data. */
export interface DataFlaw {
  readonly path: Path;
  /** Set where the flaw is a field's name, not its value. */
  readonly key?: string;
  readonly message: string;
  /** The field this was meant to be, where a name looks misspelt. */
  readonly meant?: string;
}

/** What we read of a JSON Schema. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
}

/** How people call what a parser expects. */
const kinds: Readonly<Record<string, string>> = {
  object: 'fields, one a line',
  record: 'names and values',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** Every flaw of some data, in words: what was found, what was expected, the nearest valid word. */
export function dataFlawsOf(issues: readonly z.core.$ZodIssue[], source: unknown, schema: JsonSchema): readonly DataFlaw[] {
  const flaws = issues.flatMap((issue) => flawsOf(issue, source, schema));
  const at = (path: Path) => JSON.stringify(path);
  // A misspelt field is one flaw: that the right one is missing follows from it.
  const meant = new Set(flaws.flatMap((flaw) => (flaw.meant === undefined ? [] : [at([...flaw.path, flaw.meant])])));
  return flaws.filter((flaw) => flaw.key !== undefined || !meant.has(at(flaw.path)) || valueAt(source, flaw.path) !== undefined);
}

function flawsOf(issue: z.core.$ZodIssue, source: unknown, schema: JsonSchema): DataFlaw[] {
  const { path } = issue;
  const value = valueAt(source, path);
  const one = (message: string): DataFlaw[] => [{ path, message }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = Object.keys(schemaAt(schema, source, path)?.properties ?? {});
      return issue.keys.map((key) => {
        const meant = nearest(key, known);
        return {
          path,
          key,
          message: `unknown field "${key}"; expected one of ${known.join(', ')}${suggestion(meant)}`,
          ...(meant !== undefined && { meant }),
        };
      });
    }
    case 'invalid_key':
      return [
        {
          path: path.slice(0, -1),
          key: String(path.at(-1)),
          message: `the name ${show(path.at(-1))} can't be used; ${decapitalized(issue.issues[0]?.message ?? issue.message)}`,
        },
      ];
    case 'invalid_value': {
      const known = issue.values.map(String);
      return one(expectation(path, value, anyOf(known), typeof value === 'string' ? nearest(value, known) : undefined));
    }
    case 'invalid_union': {
      // The issue of a union by type stands at the field "type" itself, or at the whole where there is none.
      const types = typesOf(schemaAt(schema, source, path)) ?? typesOf(schemaAt(schema, source, path.slice(0, -1)));
      if (!types) return one(expectation(path, value, worded(issue.message)));
      if (value !== null && typeof value === 'object') return one(expectation([...path, 'type'], valueAt(value, ['type']), anyOf(types)));
      if (path.at(-1) !== 'type') return one(expectation(path, value, `fields with a type: ${anyOf(types)}`));
      return one(expectation(path, value, anyOf(types), typeof value === 'string' ? nearest(value, types) : undefined));
    }
    case 'invalid_type':
      return one(expectation(path, value, ours(issue.message) ? worded(issue.message) : (kinds[issue.expected] ?? issue.expected)));
    case 'too_big':
      return one(expectation(path, value, `${issue.inclusive === false ? 'less than' : 'at most'} ${amount(Number(issue.maximum), issue.origin)}`));
    case 'too_small':
      return one(expectation(path, value, `${issue.inclusive === false ? 'more than' : 'at least'} ${amount(Number(issue.minimum), issue.origin)}`));
    default:
      return one(expectation(path, value, worded(issue.message)));
  }
}

/** Messages of our own say what was expected; the parser's own begin otherwise. */
const ours = (message: string) => message.startsWith('Expected ');
const worded = (message: string) => (ours(message) ? message.slice('Expected '.length) : message);
const decapitalized = (message: string) => message.charAt(0).toLowerCase() + message.slice(1);

/** `1 entry`, `40 characters`, or the bare number of a number's bound. */
const amount = (count: number, origin: string) => {
  if (origin === 'array') return count === 1 ? '1 entry' : `${count} entries`;
  if (origin === 'string') return count === 1 ? '1 character' : `${count} characters`;
  return String(count);
};

function expectation(path: Path, value: unknown, expected: string, near?: string): string {
  if (value === undefined && path.length > 0) return `missing field ${show(path.at(-1))}; expected ${expected}`;
  if (value === undefined || value === null) return `got nothing; expected ${expected}`;
  const got = typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'fields') : show(value);
  // What is wrong with a whole section is said without repeating it.
  if (typeof value === 'object' && !/^(a|text|true|names|fields)\b/.test(expected)) return `expected ${expected}`;
  return `got ${got}; expected ${expected}${suggestion(near)}`;
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
const anyOf = (words: readonly string[]) => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
const suggestion = (found: string | undefined) => (found === undefined ? '' : `; did you mean "${found}"?`);

/** The types a union tells its branches by. */
function typesOf(schema: JsonSchema | undefined): string[] | undefined {
  const types = (schema?.oneOf ?? []).flatMap(({ properties }) =>
    typeof properties?.['type']?.const === 'string' ? [properties['type'].const] : [],
  );
  return types.length > 0 ? types : undefined;
}

export function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const key of path) found = found !== null && typeof found === 'object' ? (found as Record<PropertyKey, unknown>)[key] : undefined;
  return found;
}

/** The schema that stands at a path; of a union, the branch the value's own `type` names. */
function schemaAt(schema: JsonSchema, source: unknown, path: Path): JsonSchema | undefined {
  let found: JsonSchema | undefined = schema;
  let value = source;
  for (const key of path) {
    found =
      typeof key === 'number'
        ? found?.items
        : (found?.properties?.[String(key)] ?? (typeof found?.additionalProperties === 'object' ? found.additionalProperties : undefined));
    value = valueAt(value, [key]);
    const type = valueAt(value, ['type']);
    const branch: JsonSchema | undefined = found?.oneOf?.find(({ properties }) => type !== undefined && properties?.['type']?.const === type);
    if (branch) found = branch;
  }
  return found;
}
