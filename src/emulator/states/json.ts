/** What travels between states. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name of the value's type as AWS prints it in evaluation errors. */
export function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Bytes of `text` in UTF-8: what AWS's payload limits count. */
export const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Largest payload of an execution's input, a state's output, a task's result: bytes of UTF-8. */
export const payloadLimitBytes = 262_144;

/**
 * What AWS's JSON parser says of a text that is not JSON, or undefined where it is. The two commonest sentences are
 * AWS's; for the rest we pass on our own parser's.
 */
export function jsonSyntaxError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const token = /^\s*([A-Za-z_$][\w$]*)/.exec(text)?.[1];
    if (token !== undefined && !['true', 'false', 'null'].includes(token)) {
      return `Unrecognized token '${token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`;
    }
    const character = /^\s*\{\s*([^"}\s])/.exec(text)?.[1];
    if (character !== undefined) {
      return `Unexpected character ('${character}' (code ${character.codePointAt(0)})): was expecting double-quote to start field name`;
    }
    return error instanceof Error ? error.message : String(error);
  }
}

/** An instant as AWS prints it in the context object and in results: no fraction when it is a whole second. */
export const instantText = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** Where AWS's parser stopped in a text that is not JSON: behind the word it didn't know, else at the text's end. */
export function jsonErrorPlace(text: string): { readonly line: number; readonly column: number } {
  const before = (/^\s*[A-Za-z_$][\w$]*/.exec(text)?.[0] ?? text).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
