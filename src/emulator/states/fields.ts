import type { Kernel } from '../kernel.ts';
import type { Diagnostic, DiagnosticCode } from './diagnostics.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { compileExpression, InvalidExpression } from './jsonata.ts';
import { referencesOf } from './references.ts';
import { compileTemplate, expressionText, type Template } from './template.ts';

/** Fields only the JSONPath query language has. */
const jsonPathFields = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'Parameters',
  'ResultSelector',
  'Result',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'ErrorPath',
  'CausePath',
  'Variable',
  'And',
  'Or',
  'Not',
];

/** What expressions of a field may read of `$states` beside `input` and `context`. */
export interface Readable {
  readonly result?: boolean;
  readonly errorOutput?: boolean;
}

/** Longest time AWS takes in seconds fields. */
const maxSeconds = 99_999_999;

/** Reads the fields of one object of a definition and collects what is wrong with them. */
export class Fields {
  readonly #object: JsonObject;
  readonly #at: string;
  readonly #kernel: Kernel;
  readonly #diagnostics: Diagnostic[];

  constructor(object: JsonObject, at: string, kernel: Kernel, diagnostics: Diagnostic[]) {
    this.#object = object;
    this.#at = at;
    this.#kernel = kernel;
    this.#diagnostics = diagnostics;
  }

  /** JSON path of a field: `/States/S/Next`. */
  at(field: string): string {
    return `${this.#at}/${field}`;
  }

  /** Reads an object inside this one, into the same list of diagnostics. */
  within(object: JsonObject, at: string): Fields {
    return new Fields(object, at, this.#kernel, this.#diagnostics);
  }

  refuse(message: string, location = this.#at, code: DiagnosticCode = 'SCHEMA_VALIDATION_FAILED'): void {
    this.#diagnostics.push({ code, message, location });
  }

  has(field: string): boolean {
    return this.#object[field] !== undefined;
  }

  raw(field: string): Json | undefined {
    return this.#object[field];
  }

  /** Refuses every field not named, the JSONPath language's by their own sentence. */
  allow(names: readonly string[]): void {
    for (const field of Object.keys(this.#object)) {
      if (names.includes(field)) continue;
      if (jsonPathFields.includes(field)) {
        this.refuse(`The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage`);
      } else this.refuse(`Field '${field}' is not supported`);
    }
  }

  require(names: readonly string[]): boolean {
    const missing = names.filter((name) => !this.has(name));
    if (missing.length > 0) this.refuse(`These fields are required: [${missing.join(', ')}]`);
    return missing.length === 0;
  }

  exactlyOne(names: readonly string[]): void {
    const given = names.filter((name) => this.has(name));
    if (given.length === 0) this.refuse(`There should be one of the following fields: [${names.join(', ')}]`);
    if (given.length > 1) this.refuse(`There should only be one of the following fields: [${names.join(', ')}]`);
  }

  text(field: string): string | undefined {
    const value = this.raw(field);
    if (value === undefined || typeof value === 'string') return value;
    this.refuse('Value is not a String', this.at(field));
    return undefined;
  }

  object(field: string): JsonObject | undefined {
    const value = this.raw(field);
    if (value === undefined || isObject(value)) return value;
    this.refuse('Value is not an Object', this.at(field));
    return undefined;
  }

  list(field: string): readonly Json[] | undefined {
    const value = this.raw(field);
    // Narrowing by Array.isArray loses the element type of a readonly array.
    if (value === undefined || Array.isArray(value)) return value as readonly Json[] | undefined;
    this.refuse('Value is not an Array', this.at(field));
    return undefined;
  }

  /** A whole number (or any number) within bounds; `fallback` where the field is missing. */
  number<Fallback>(field: string, bounds: { min: number; max?: number; whole?: boolean }, fallback: Fallback): number | Fallback {
    const value = this.raw(field);
    if (value === undefined) return fallback;
    if (typeof value !== 'number' || (bounds.whole !== false && !Number.isInteger(value))) {
      this.refuse(`Value is not ${bounds.whole === false ? 'a Number' : 'an Integer'}`, this.at(field));
      return fallback;
    }
    const max = bounds.max ?? maxSeconds;
    if (value < bounds.min) this.refuse(`Minimum value is ${bounds.whole === false ? bounds.min.toFixed(1) : bounds.min}`, this.at(field));
    if (value > max) this.refuse(`Maximum value is ${max}`, this.at(field));
    return value;
  }

  /** A JSON value with expressions. */
  template(field: string, readable: Readable = {}): Template | undefined {
    const value = this.raw(field);
    if (value === undefined) return undefined;
    return compileTemplate(value, this.at(field), (text, at) => this.#compile(text, at, readable));
  }

  /** An expression, or a literal of the given type. */
  single(field: string, type: 'string' | 'number' | 'boolean'): Template | undefined {
    const value = this.raw(field);
    if (value === undefined) return undefined;
    const isExpression = typeof value === 'string' && expressionText(value) !== undefined;
    if (!isExpression && typeof value !== type) {
      const wanted = { string: 'a String', number: 'an Integer', boolean: 'a Boolean' }[type];
      this.refuse(`Value is not ${type === 'string' ? wanted : `${wanted} or a JSONata expression`}`, this.at(field));
      return undefined;
    }
    return this.template(field);
  }

  /** Whole seconds, or an expression that yields them. */
  seconds(field: string, min: number): Template | undefined {
    if (typeof this.raw(field) === 'number') this.number(field, { min }, undefined);
    return this.single(field, 'number');
  }

  /** `Assign`: an object from variable names to values. */
  assign(readable: Readable): Template | undefined {
    const value = this.object('Assign');
    for (const name of Object.keys(value ?? {})) {
      if (name === 'states') this.refuse("Variable name 'states' is reserved", this.at(`Assign/${name}`));
      else if (!/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) this.refuse(`Invalid variable name '${name}'`, this.at(`Assign/${name}`));
    }
    return value === undefined ? undefined : this.template('Assign', readable);
  }

  #compile(text: string, at: string, readable: Readable) {
    try {
      const expression = compileExpression(text, this.#kernel);
      const { topLevel, states } = referencesOf(expression.ast);
      for (const name of topLevel) this.refuse(`Reference to '${name}' at the top level is not supported.`, at, 'UNSUPPORTED_JSONATA_EXPRESSION');
      for (const member of ['result', 'errorOutput'] as const) {
        if (states.has(member) && readable[member] !== true) {
          this.refuse(`Reference to '$states.${member}' is not supported in this field.`, at, 'UNSUPPORTED_JSONATA_EXPRESSION');
        }
      }
      return expression;
    } catch (error) {
      if (!(error instanceof InvalidExpression)) throw error;
      this.refuse(error.message, at, 'INVALID_JSONATA_EXPRESSION');
      return undefined;
    }
  }
}
