import type { Kernel } from '../kernel.ts';
import type { Definition, State } from './definition.ts';
import type { Diagnostic } from './diagnostics.ts';
import { Fields } from './fields.ts';
import { checkTransitions } from './graph.ts';
import { isObject, type Json, jsonErrorPlace, jsonSyntaxError } from './json.ts';
import { parseState } from './parse-state.ts';

/** A definition, or what is wrong with it. */
export type Parsed =
  | { readonly definition: Definition; readonly diagnostics: readonly [] }
  | { readonly definition: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * Parses and checks a definition in Amazon States Language with JSONata, as `CreateStateMachine` does, refusing what
 * AWS refuses and, by name, what is not emulated (Map, Parallel, JSONPath, most integrations).
 *
 * @param text the JSON text of the definition
 * @param kernel whose clock and chance the expressions will read
 */
export function parseDefinition(text: string, kernel: Kernel): Parsed {
  const refused = (diagnostic: Diagnostic): Parsed => ({ definition: undefined, diagnostics: [diagnostic] });
  const notAnObject: Diagnostic = { code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object', location: undefined };
  if (text.trim() === '') return refused(notAnObject);
  const problem = jsonSyntaxError(text);
  if (problem !== undefined) {
    const { line, column } = jsonErrorPlace(text);
    const source = `[Source: (String)"${text}"; line: ${line}, column: ${column}]`;
    return refused({ code: 'INVALID_JSON_DESCRIPTION', message: `${problem}\n at ${source}`, location: source });
  }
  const machine = JSON.parse(text) as Json; // Parsed without error a line ago.
  if (!isObject(machine)) return refused(notAnObject);

  const diagnostics: Diagnostic[] = [];
  const fields = new Fields(machine, '', kernel, diagnostics);
  const missing = ['States', 'StartAt'].filter((name) => !fields.has(name));
  if (missing.length > 0) fields.refuse(`These fields are required: [${missing.join(', ')}]`, '/');
  for (const field of Object.keys(machine)) {
    if (!['Comment', 'StartAt', 'States', 'Version', 'TimeoutSeconds', 'QueryLanguage'].includes(field))
      fields.refuse(`Field '${field}' is not supported`, '/');
  }
  const language = queryLanguage(fields);
  const startAt = fields.text('StartAt');
  const timeoutSeconds = fields.number('TimeoutSeconds', { min: 1 }, undefined);
  const states = new Map<string, State>();
  const objects = Object.entries(fields.object('States') ?? {});
  if (fields.has('States') && objects.length === 0) fields.refuse('States must not be empty', '/States');
  for (const [name, object] of objects) {
    const at = `/States/${name}`;
    if (!isObject(object)) {
      fields.refuse('Value is not an Object', at);
      continue;
    }
    if (name.length > 80) fields.refuse('State name must have length less than or equal to 80', at);
    const state = parseState(name, new Fields(object, at, kernel, diagnostics), (own) => stateLanguage(own, language));
    if (state) states.set(name, state);
  }
  // The graph is only worth a look when every state has been understood.
  if (diagnostics.length === 0 && startAt !== undefined) {
    const definition: Definition = { startAt, states, timeoutSeconds };
    checkTransitions(definition, diagnostics);
    if (diagnostics.length === 0) return { definition, diagnostics: [] };
  }
  return { definition: undefined, diagnostics };
}

/** The language a machine or state names; undefined where it names none. */
function queryLanguage(fields: Fields): string | undefined {
  const language = fields.text('QueryLanguage');
  if (language !== undefined && language !== 'JSONata' && language !== 'JSONPath') {
    fields.refuse("Value should be one of ['JSONPath', 'JSONata']", fields.at('QueryLanguage'));
  }
  return language;
}

/** Whether a state speaks JSONata; says why not. */
function stateLanguage(fields: Fields, machineLanguage: string | undefined): boolean {
  const own = queryLanguage(fields);
  if (own === 'JSONPath' && machineLanguage === 'JSONata') {
    fields.refuse("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
    return false;
  }
  if ((own ?? machineLanguage) === 'JSONata') return true;
  fields.refuse(
    "The embedded AWS does not emulate the query language 'JSONPath'; set 'QueryLanguage' to 'JSONata'. docs/emulator.md lists what it does.",
  );
  return false;
}
