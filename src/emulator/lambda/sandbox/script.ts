import path from 'node:path';
import { Script } from 'node:vm';
import { type CodePackage, moduleExtensions } from '../code.ts';
import { RuntimeFailure } from '../runtime/handler.ts';

/**
 * What a module is wrapped in: everything of the host that tells the time, draws chance, waits or talks comes as a
 * parameter. `__import` stands for `import()` of a literal name, which in a wrapped script could only load the host's own.
 */
const parameters = [
  'exports',
  'require',
  'module',
  '__filename',
  '__dirname',
  '__import',
  'process',
  'Date',
  'Math',
  'crypto',
  'performance',
  'console',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'AbortSignal',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'globalThis',
  'global',
] as const;
export type SandboxGlobals = Readonly<
  Record<Exclude<(typeof parameters)[number], 'exports' | 'require' | 'module' | '__filename' | '__dirname' | '__import'>, unknown>
>;

type Compiled = (this: unknown, ...values: unknown[]) => void;

/** Compiled once for each content, run once for each environment. */
const compiled = new WeakMap<Uint8Array, Compiled>();

const literalImport = /\bimport\(\s*(["'])([^"'\\\s]+)\1\s*\)/g;

function compile(file: string, content: Uint8Array): Compiled {
  const found = compiled.get(content);
  if (found) return found;
  const source = Buffer.from(content)
    .toString('utf8')
    .replace(literalImport, (_match, quote: string, name: string) => `__import(${quote}${name}${quote})`);
  // On one line with the first of the source, so that stack traces count its lines.
  const script = new Script(`(function(${parameters.join(',')}){${source}\n})`, { filename: file });
  const made = script.runInThisContext() as Compiled;
  compiled.set(content, made);
  return made;
}

interface Module {
  exports: unknown;
  readonly id: string;
  readonly filename: string;
  loaded: boolean;
}

const taskRoot = '/var/task';

/**
 * Loads modules of a deployment package as CommonJS, each once an environment.
 *
 * @param builtin Node's own modules as this environment sees them; undefined for another name
 * @returns the exports of the package's module, named as in a handler string
 */
export function moduleLoader(code: CodePackage, globals: SandboxGlobals, builtin: (name: string) => unknown): (name: string) => unknown {
  const loaded = new Map<string, Module>();

  const fileOf = (name: string): string | undefined =>
    [...moduleExtensions, '.json', '/index.js'].map((extension) => path.posix.normalize(name + extension)).find((file) => code.files.has(file));

  function notFound(name: string, from: string): Error {
    return Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- ${taskRoot}/${from}`), {
      code: 'MODULE_NOT_FOUND',
      requireStack: [`${taskRoot}/${from}`],
    });
  }
  function requireFrom(from: string) {
    const require = (name: string): unknown => {
      if (!/^\.{0,2}\//.test(name)) {
        const module = builtin(name);
        if (module !== undefined) return module;
        const inPackage = fileOf(`node_modules/${name}`);
        if (inPackage !== undefined) return run(inPackage).exports;
        throw notFound(name, from);
      }
      const file = fileOf(name.startsWith(`${taskRoot}/`) ? name.slice(taskRoot.length + 1) : path.posix.join(path.posix.dirname(from), name));
      if (file === undefined) throw notFound(name, from);
      return run(file).exports;
    };
    return Object.assign(require, { resolve: (name: string) => name, cache: {}, main: undefined });
  }
  function run(file: string): Module {
    const existing = loaded.get(file);
    if (existing) return existing;
    const content = code.files.get(file);
    if (content === undefined) throw notFound(file, file);
    const filename = `${taskRoot}/${file}`;
    const module: Module = { exports: {}, id: filename, filename, loaded: false };
    loaded.set(file, module);
    if (file.endsWith('.json')) {
      module.exports = JSON.parse(Buffer.from(content).toString('utf8')) as unknown;
    } else if (file.endsWith('.mjs')) {
      throw new RuntimeFailure('Runtime.UserCodeSyntaxError', `${filename} is an ES module: under the virtual clock, bundle functions as CommonJS`);
    } else {
      const require = requireFrom(file);
      const importer = async (name: string) => namespaceOf(require(name));
      const own: Record<string, unknown> = {
        ...globals,
        exports: module.exports,
        require,
        module,
        __filename: filename,
        __dirname: path.posix.dirname(filename),
        __import: importer,
      };
      try {
        compile(filename, content).apply(
          module.exports,
          parameters.map((name) => own[name]),
        );
      } catch (error) {
        loaded.delete(file);
        throw error;
      }
    }
    module.loaded = true;
    return module;
  }
  return (name) => {
    const file = fileOf(name);
    if (file === undefined) throw new RuntimeFailure('Runtime.ImportModuleError', `Error: Cannot find module '${path.posix.basename(name)}'`);
    try {
      return run(file).exports;
    } catch (error) {
      if (error instanceof SyntaxError) throw new RuntimeFailure('Runtime.UserCodeSyntaxError', String(error), error.stack);
      if (error instanceof Error && (error as { code?: unknown }).code === 'MODULE_NOT_FOUND') {
        throw new RuntimeFailure('Runtime.ImportModuleError', String(error), error.stack);
      }
      throw error;
    }
  };
}

/** What `import()` of a CommonJS or built-in module yields. */
function namespaceOf(exports: unknown): unknown {
  if (typeof exports !== 'object' || exports === null) return { default: exports };
  return new Proxy(exports, {
    get: (target, key) => {
      // A module with a member `then` is no promise.
      if (key === 'then') return undefined;
      return key === 'default' ? ((target as { default?: unknown }).default ?? target) : (Reflect.get(target, key, target) as unknown);
    },
  });
}
