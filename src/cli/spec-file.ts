import { readFileSync } from 'node:fs';
import { type Document, isMap, LineCounter, type Node, parseDocument } from 'yaml';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { type DeliverySource, DeliverySpec } from '../rollout/spec.ts';
import { nearest } from './nearest.ts';

z.config(en());

/** A flaw of a delivery.yaml, where it stands; lines and columns count from 1. */
export interface Flaw {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type SpecFile = { readonly source: DeliverySource; readonly spec: DeliverySpec } | { readonly flaws: readonly Flaw[] };

/** Reads a delivery.yaml, with every flaw of it at once. */
export function parseSpec(text: string): SpecFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number, message: string): Flaw => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, message };
  };
  if (document.errors.length > 0) return { flaws: document.errors.map((error) => at(error.pos[0], error.message.split('\n')[0] ?? error.message)) };
  const source: unknown = document.toJS();
  const parsed = z.safeParse(DeliverySpec, source);
  if (parsed.success) return { source: source as DeliverySource, spec: parsed.data }; // It parsed as one just now.
  const schema = z.toJSONSchema(DeliverySpec, { io: 'input' }) as JsonSchema; // zod writes draft 2020-12.
  const flaws = parsed.error.issues.flatMap((issue) =>
    flawsOf(issue, source, schema).map(({ path, key, message }) => at(offsetOf(document, path, key), message)),
  );
  return { flaws: flaws.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** As `parseSpec`. Throws where the file can't be read. */
export const readSpec = (file: string): SpecFile => parseSpec(readFileSync(file, 'utf8'));

type Path = readonly PropertyKey[];

/** What we read of a JSON Schema. */
interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly const?: unknown;
}

function flawsOf(issue: z.core.$ZodIssue, source: unknown, schema: JsonSchema): { path: Path; key?: string; message: string }[] {
  const value = valueAt(source, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = Object.keys(schemaAt(schema, source, issue.path)?.properties ?? {});
      return issue.keys.map((key) => ({
        path: issue.path,
        key,
        message: `unknown field "${key}"${suggestion(key, known)}; expected one of ${known.join(', ')}`,
      }));
    }
    case 'invalid_value':
      return [
        {
          path: issue.path,
          message: `got ${show(value)}; expected ${issue.values.map(show).join(' or ')}${typeof value === 'string' ? suggestion(value, issue.values.map(String)) : ''}`,
        },
      ];
    case 'invalid_union': {
      const branches = schemaAt(schema, source, issue.path)?.oneOf ?? [];
      const types = branches.flatMap((branch) => (typeof branch.properties?.['type']?.const === 'string' ? [branch.properties['type'].const] : []));
      const got = issue.path.at(-1) === 'type' ? value : value !== null && typeof value === 'object' ? (value as { type?: unknown }).type : undefined;
      const parents = schemaAt(schema, source, issue.path.slice(0, -1))?.oneOf ?? [];
      const known =
        types.length > 0
          ? types
          : parents.flatMap((branch) => (typeof branch.properties?.['type']?.const === 'string' ? [branch.properties['type'].const] : []));
      if (known.length > 0)
        return [
          {
            path: issue.path,
            message: `got type ${show(got)}; expected ${known.join(' or ')}${typeof got === 'string' ? suggestion(got, known) : ''}`,
          },
        ];
      return [{ path: issue.path, message: `${issue.message}; got ${show(value)}` }];
    }
    case 'invalid_type':
      if (value === undefined) return [{ path: issue.path, message: `missing field "${String(issue.path.at(-1))}"; expected ${issue.expected}` }];
      return [{ path: issue.path, message: `got ${show(value)}; expected ${issue.expected}` }];
    default:
      return [{ path: issue.path, message: issue.message }];
  }
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

function suggestion(word: string, known: readonly string[]): string {
  const found = nearest(word, known);
  return found === undefined ? '' : `, did you mean "${found}"?`;
}

function valueAt(value: unknown, path: Path): unknown {
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
    const branch: JsonSchema | undefined = (found?.oneOf ?? found?.anyOf)?.find(
      (candidate) => candidate.properties?.['type']?.const === type && type !== undefined,
    );
    if (branch) found = branch;
  }
  return found;
}

/** Where a path stands in the text: the key itself for an unknown key, the value else, the nearest parent where it is missing. */
function offsetOf(document: Document, path: Path, key: string | undefined): number {
  if (key !== undefined) {
    const parent = path.length > 0 ? document.getIn(path, true) : document.contents;
    if (isMap(parent)) {
      const pair = parent.items.find((item) => String(item.key) === key);
      const range = (pair?.key as Node | undefined)?.range; // A parsed document's keys are nodes.
      if (range) return range[0];
    }
  }
  const left = [...path];
  for (;;) {
    const node = left.length > 0 ? (document.getIn(left, true) as Node | undefined) : document.contents; // getIn with keepScalar gives nodes.
    if (node?.range) return node.range[0];
    if (left.length === 0) return 0;
    left.pop();
  }
}
