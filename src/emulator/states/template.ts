import { isObject, type Json, typeName } from './json.ts';
import type { Expression, Scope } from './jsonata.ts';
import { queryEvaluationError } from './state-error.ts';

/** A JSON value with expressions in it, compiled once: `Arguments`, `Output`, `Assign` and the single-valued fields. */
export type Template =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] }
  | { readonly kind: 'array'; readonly items: readonly Template[] };

/** The expression's text where a string is one: it must fill the whole string, or the string is a literal. */
export function expressionText(value: string): string | undefined {
  return value.startsWith('{%') && value.endsWith('%}') && value.length >= 4 ? value.slice(2, -2).trim() : undefined;
}

/**
 * Compiles a JSON value.
 *
 * @param at JSON path of the value in the definition, `/States/S/Output`; `compile` is told each expression's own
 */
export function compileTemplate(value: Json, at: string, compile: (text: string, at: string) => Expression | undefined): Template {
  if (typeof value === 'string') {
    const text = expressionText(value);
    const expression = text === undefined ? undefined : compile(text, at);
    return expression ? { kind: 'expression', expression } : { kind: 'literal', value };
  }
  if (Array.isArray(value)) {
    // Narrowing by Array.isArray loses the element type of a readonly array.
    return { kind: 'array', items: (value as readonly Json[]).map((item, index) => compileTemplate(item, `${at}[${index}]`, compile)) };
  }
  if (isObject(value)) {
    return { kind: 'object', entries: Object.entries(value).map(([key, item]) => [key, compileTemplate(item, `${at}/${key}`, compile)] as const) };
  }
  return { kind: 'literal', value };
}

/**
 * Fills a template in.
 *
 * @param field its name within the state, as errors give it: `Output`, `Catch[0]/Assign`
 * @throws StateError `States.QueryEvaluationError`
 */
export async function evaluate(template: Template, scope: Scope, field: string): Promise<Json> {
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'expression':
      return template.expression.evaluate(scope, field);
    case 'array': {
      const items: Json[] = [];
      for (const [index, item] of template.items.entries()) items.push(await evaluate(item, scope, `${field}[${index}]`));
      return items;
    }
    case 'object': {
      const entries: [string, Json][] = [];
      for (const [key, item] of template.entries) entries.push([key, await evaluate(item, scope, `${field}/${key}`)]);
      return Object.fromEntries(entries);
    }
  }
}

interface Types {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

/** Fills in a single-valued field and holds it to its type. */
export async function evaluateAs<T extends keyof Types>(template: Template, type: T, scope: Scope, field: string): Promise<Types[T]> {
  const value = await evaluate(template, scope, field);
  if (typeName(value) === type) return value as Types[T]; // The type's name was just compared.
  const text = template.kind === 'expression' ? template.expression.text : JSON.stringify(value);
  throw queryEvaluationError(
    `The JSONata expression '${text}' specified for the field '${field}' returned an unexpected result type. Expected '${type}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
    field,
  );
}
