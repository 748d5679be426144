import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

/** One import, export-from, dynamic import or type query. */
export interface Import {
  /** The importing module, from the repository's root: `src/gates/alarm.ts`. */
  readonly from: string;
  /** A module of ours, from the root; or a package as written: `zod/mini`, `node:fs`. */
  readonly to: string;
  /** `type` leaves nothing behind at run time; `import { type X }` does, so it is a value. */
  readonly kind: 'type' | 'value';
}

export interface Module {
  readonly path: string;
  readonly text: string;
  /** The text without comments, for rules about words. */
  readonly code: string;
  readonly imports: readonly Import[];
}

const root = path.resolve(import.meta.dirname, '../..');

/** Every module of ours that ships or runs. */
export function readModules(): readonly Module[] {
  const found = globSync('{src,functions,bench,scripts,bin}/**/*.{ts,js}', { cwd: root }).filter((file) => !file.endsWith('.d.ts'));
  return found
    .map((file) => file.split(path.sep).join('/'))
    .sort()
    .map((file) => readModule(file, readFileSync(path.join(root, file), 'utf8')));
}

/**
 * Reads a module with a real parser, so that what looks like an import in a text or a comment is none.
 *
 * @throws Error where the parser finds a syntax error
 */
export function readModule(file: string, text: string): Module {
  const { module, program, comments, errors } = parseSync(file, text);
  const [error] = errors;
  if (error) throw new Error(`Cannot read ${file}: ${error.message}`);
  const imports: Import[] = [];
  const add = (specifier: string, kind: Import['kind']) => imports.push({ from: file, to: resolved(file, specifier), kind });
  for (const { start, moduleRequest } of module.staticImports)
    add(moduleRequest.value, /^import\s+type\b/.test(text.slice(start)) ? 'type' : 'value');
  for (const { start, entries } of module.staticExports) {
    // An imported name exported again is listed here too, at its import: that one is counted already.
    if (text.startsWith('import', start)) continue;
    const specifiers = new Set(entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])));
    for (const specifier of specifiers) add(specifier, /^export\s+type\b/.test(text.slice(start)) ? 'type' : 'value');
  }
  if (/\bimport\s*\(/.test(text)) {
    walk(program, (node) => {
      if (node['type'] === 'ImportExpression') addFrom(node['source'], 'value');
      if (node['type'] === 'TSImportType') addFrom(node['source'], 'type');
    });
  }
  function addFrom(source: unknown, kind: Import['kind']) {
    if (isNode(source) && typeof source['value'] === 'string') add(source['value'], kind);
  }
  let code = text;
  for (const { start, end } of comments) code = code.slice(0, start) + code.slice(start, end).replaceAll(/[^\n]/g, ' ') + code.slice(end);
  return { path: file, text, code, imports };
}

function resolved(from: string, specifier: string): string {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : specifier;
}

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

function walk(value: unknown, visit: (node: Node) => void) {
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) walk(element, visit);
  } else if (isNode(value)) {
    if (typeof value['type'] === 'string') visit(value);
    for (const key of Object.keys(value)) walk(value[key], visit);
  }
}
