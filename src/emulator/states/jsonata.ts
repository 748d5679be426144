import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import type { Kernel } from '../kernel.ts';
import type { Json } from './json.ts';
import { queryEvaluationError } from './state-error.ts';

/** What an expression sees: `$states` and the variables assigned so far. */
export interface Scope {
  readonly states: {
    readonly input: Json;
    readonly result?: Json;
    readonly errorOutput?: Json;
    readonly context: Json;
  };
  readonly variables: Readonly<Record<string, Json>>;
}

/** One `{% ... %}`, compiled. */
export interface Expression {
  /** The text between the marks, trimmed: what AWS quotes in errors. */
  readonly text: string;
  readonly ast: jsonata.ExprNode;
  /**
   * @param field where it stands in its state, `Output/v`: AWS names it in the error
   * @throws StateError `States.QueryEvaluationError`
   */
  evaluate(scope: Scope, field: string): Promise<Json>;
}

/** AWS bounds an expression by time and memory; we bound it by steps and depth, which are the same on every machine. */
const maxSteps = 500_000;
const maxDepth = 600;

/** Where an evaluation keeps its budget among the bindings: no JSONata variable can have a space in its name. */
const budgetKey = ' budget';

interface Budget {
  steps: number;
  depth: number;
}

interface Environment {
  lookup(name: string): unknown;
}

/** A JSONata error as the library throws it: no `Error`, a plain object. */
function described(error: unknown): { readonly code: string | undefined; readonly message: string } {
  if (typeof error !== 'object' || error === null) return { code: undefined, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const message = 'message' in error && typeof error.message === 'string' ? error.message : 'unknown error';
  return { code, message };
}

/** Thrown by `compileExpression`: the parser's own sentence, without its code, as AWS prints it. */
export class InvalidExpression extends Error {
  override name = 'InvalidExpression';
}

/**
 * Compiles one JSONata expression with AWS's extra functions and without `$eval`, whose call fails as AWS's does.
 *
 * @throws InvalidExpression when it doesn't parse
 */
export function compileExpression(text: string, kernel: Kernel): Expression {
  let compiled: jsonata.Expression;
  try {
    compiled = jsonata(text);
  } catch (error) {
    throw new InvalidExpression(described(error).message);
  }
  registerFunctions(compiled, kernel);
  bound(compiled);
  return {
    text,
    ast: compiled.ast(),
    async evaluate(scope, field) {
      const opening = `The JSONata expression '${text}' specified for the field '${field}'`;
      const budget: Budget = { steps: 0, depth: 0 };
      let value: unknown;
      try {
        value = await (compiled.evaluate(undefined, { ...scope.variables, states: scope.states, [budgetKey]: budget }) as Promise<unknown>);
      } catch (error) {
        const { code, message } = described(error);
        const tail = code === undefined ? `: ${message}` : `. ${code}: ${message}`;
        throw queryEvaluationError(`${opening} threw an error during evaluation${tail}`, field);
      }
      const json = typeof value === 'function' || isFunctionObject(value) ? undefined : JSON.stringify(value);
      if (json === undefined) throw queryEvaluationError(`${opening} returned nothing (undefined).`, field);
      return JSON.parse(json) as Json; // Text that JSON.stringify just wrote.
    },
  };
}

const isFunctionObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value);

/** Bounds every evaluation; each carries its own budget, because evaluations of one expression may interleave. */
function bound(compiled: jsonata.Expression): void {
  // The library's own hooks; its types know only text as a name.
  const assign = (name: symbol, value: unknown) => compiled.assign(name as unknown as string, value);
  const budgetOf = (environment: Environment) => environment.lookup(budgetKey) as Budget;
  assign(Symbol.for('jsonata.__evaluate_entry'), (_expression: unknown, _input: unknown, environment: Environment) => {
    const budget = budgetOf(environment);
    if (++budget.steps > maxSteps) throw new Error('The evaluation exceeded the time limit');
    if (++budget.depth > maxDepth)
      throw new Error('Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive');
  });
  assign(Symbol.for('jsonata.__evaluate_exit'), (_expression: unknown, _input: unknown, environment: Environment) => {
    budgetOf(environment).depth--;
  });
}

/** Hash algorithms of `$hash`, by AWS's names. */
const algorithms: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

function registerFunctions(compiled: jsonata.Expression, kernel: Kernel): void {
  const { clock, random } = kernel;
  compiled.registerFunction(
    'partition',
    (array: readonly unknown[] | undefined, size: number) => {
      if (array === undefined) return undefined;
      if (!(Number.isInteger(size) && size > 0))
        throw new Error(`The second argument of the $partition function must be a positive integer: ${size}`);
      return Array.from({ length: Math.ceil(array.length / size) }, (_, i) => array.slice(i * size, (i + 1) * size));
    },
    '<an:a>',
  );
  compiled.registerFunction(
    'range',
    (first: number, last: number, step: number) => {
      if (![first, last, step].every(Number.isInteger) || step === 0)
        throw new Error('The arguments of the $range function must be integers, the third not 0');
      const length = Math.max(0, Math.floor((last - first) / step) + 1);
      if (length > maxSteps) throw new Error('The evaluation exceeded the memory limit');
      return Array.from({ length }, (_, i) => first + i * step);
    },
    '<nnn:a<n>>',
  );
  compiled.registerFunction(
    'hash',
    (value: string | undefined, name: string) => {
      if (value === undefined) return undefined;
      const algorithm = algorithms[name];
      if (algorithm === undefined)
        throw new Error(`The second argument of the $hash function must be one of ${Object.keys(algorithms).join(', ')}: ${name}`);
      return createHash(algorithm).update(value).digest('hex');
    },
    '<ss:s>',
  );
  compiled.registerFunction(
    'random',
    (seed?: number) => {
      if (seed === undefined) return random.uniform('states/jsonata-random');
      // The same seed gives the same number, as AWS promises; which number is not documented.
      return createHash('sha256').update(String(seed)).digest().readUInt32BE(0) / 2 ** 32;
    },
    '<n?:n>',
  );
  compiled.registerFunction('uuid', () => random.uuid('states/jsonata-uuid'), '<:s>');
  compiled.registerFunction('parse', (text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as unknown)), '<s:j>');
  // The library's own read the host's clock and chance.
  compiled.registerFunction('millis', () => clock.now(), '<:n>');
  compiled.registerFunction(
    'now',
    function (this: { environment: Environment }, picture?: string, timezone?: string): unknown {
      // The library's own function object; `implementation` is what `defineFunction` stored.
      const fromMillis = this.environment.lookup('fromMillis') as { implementation(ms: number, picture?: string, timezone?: string): string };
      return fromMillis.implementation(clock.now(), picture, timezone);
    },
    '<s?s?:s>',
  );
  compiled.registerFunction(
    'shuffle',
    (array: readonly unknown[] | undefined) =>
      array
        ?.map((value) => ({ value, key: random.uniform('states/jsonata-shuffle') }))
        .sort((a, b) => a.key - b.key)
        .map(({ value }) => value),
    '<a:a>',
  );
  compiled.assign('eval', undefined);
}
