import { type Document, isMap, LineCounter, type Node, parseDocument, visit, type YAMLError } from 'yaml';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { dataFlawsOf, type JsonSchema, type Path } from './spec-flaw.ts';

z.config(en());

/** A flaw of a file that a person wrote, where it stands; lines and columns count from 1. */
export interface Flaw {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Reads YAML of a schema, with every flaw of it at once.
 *
 * @param what one of what the file may hold, for people: `delivery`
 * @returns `source`: as written; `value`: with defaults and durations worked out
 */
export function parseYaml<Schema extends z.ZodMiniType>(
  text: string,
  schema: Schema,
  what: string,
): { readonly source: unknown; readonly value: z.output<Schema> } | { readonly flaws: readonly Flaw[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number, message: string): Flaw => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, message };
  };
  if (document.errors.length > 0) return { flaws: document.errors.map((error) => at(error.pos[0], wordsOf(error, text, what))) };
  let source: unknown;
  try {
    source = document.toJS();
  } catch (error) {
    // Only an alias fails here: one that names nothing, or too many of them.
    return { flaws: [at(offsetOfAlias(document), error instanceof Error ? error.message : String(error))] };
  }
  if (source === null || source === undefined) return { flaws: [at(0, `the file is empty; expected a ${what}`)] };
  if (isCircular(source)) return { flaws: [at(offsetOfAlias(document), 'an alias leads to what it is a part of; expected an end')] };
  const parsed = z.safeParse(schema, source);
  if (parsed.success) return { source, value: parsed.data };
  const json = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema; // zod writes draft 2020-12.
  const flaws = dataFlawsOf(parsed.error.issues, source, json).map(({ path, key, message }) => at(offsetOf(document, path, key), message));
  return { flaws: flaws.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** YAML can say what JSON can't, and nothing that looks at it would come to an end. */
function isCircular(source: unknown): boolean {
  try {
    JSON.stringify(source);
    return false;
  } catch {
    return true;
  }
}

/** What is wrong with the YAML itself; the parser's own place and excerpt are left out, ours stands before. */
function wordsOf(error: YAMLError, text: string, what: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const [key = ''] = /^[^:\s]+/.exec(text.slice(error.pos[0])) ?? [];
    return `field "${key}" is written twice; expected once`;
  }
  if (error.code === 'MULTIPLE_DOCS') return `a second document begins here; expected one ${what} a file`;
  const [first = ''] = error.message.split('\n');
  return first.replace(/ at line \d+, column \d+:?$/, '');
}

function offsetOfAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias(_key, node) {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Where a path stands in the text: the key itself for a flaw of a name, the value else, the nearest parent where it is missing. */
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
