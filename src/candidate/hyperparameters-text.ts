import { isExact } from './hyperparameters-spec.ts';

/** Characters the API's pattern for a value, `.*`, does not match. */
const lineBreak = /[\n\r\u0085\u2028\u2029]/;
const longestValue = 2500;

/**
 * A value as the text SageMaker stores.
 *
 * @param asJson text gets quotes, as the training toolkit's script mode wants it; everything else is JSON either way
 * @returns the text, or why there is none, in words that follow the value's name
 */
export function textOf(value: unknown, asJson: boolean): { readonly text?: string; readonly flaw?: string } {
  const flaw = value === null ? 'has no value; leave it out, or write it in quotes' : flawOf(value);
  if (flaw !== undefined) return { flaw };
  const text = typeof value === 'string' && !asJson ? value : jsonOf(value);
  if (lineBreak.test(text)) return { flaw: 'has a line break, which SageMaker takes in no value' };
  if (text.length > longestValue) return { flaw: `has ${text.length} characters; SageMaker takes ${longestValue}` };
  return { text };
}

function flawOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      if (isExact(value)) return undefined;
      return Number.isFinite(value)
        ? `is ${value}, which may not be the number that was written: beyond 9007199254740991 write it in quotes`
        : `is ${value}, which is no JSON; write it in quotes`;
    case 'object':
      return value === null
        ? undefined
        : Object.values(value)
            .map(flawOf)
            .find((flaw) => flaw !== undefined);
    default:
      return `is of type ${typeof value}; expected text, a number, true or false, a list, or names and values`;
  }
}

/** JSON.stringify writes -0 as 0, and leaves line separators as they are. */
function jsonOf(value: unknown): string {
  if (Object.is(value, -0)) return '-0.0';
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${jsonOf(name)}:${jsonOf(inner)}`)
      .join(',')}}`;
  }
  const text = JSON.stringify(value);
  return text.replaceAll(/[\u0085\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
