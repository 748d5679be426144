import { BlockList, isIP, isIPv4 } from 'node:net';
import { AwsError } from '../aws-error.ts';
import { isObject, type Json } from './json.ts';
import { matchesWildcard, parseWildcard, WildcardRefused } from './wildcard.ts';

/** What a value of an event may be: a leaf. Objects and lists are walked into before. */
export type Leaf = null | boolean | number | string;

/** One entry of a pattern's list. `absent` matches where there is no value; every other asks a value. */
export type Matcher = { readonly kind: 'absent' } | { readonly kind: 'value'; readonly matches: (value: Leaf) => boolean };

/** @param reason AWS's words, or ours where AWS's are not recorded */
export const invalidPattern = (reason: string): AwsError =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);

const onValue = (matches: (value: Leaf) => boolean): Matcher => ({ kind: 'value', matches });
const onText = (matches: (text: string) => boolean): Matcher => onValue((value) => typeof value === 'string' && matches(value));
const sameIgnoringCase = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const startsIgnoringCase = (text: string, prefix: string) => sameIgnoringCase(text.slice(0, prefix.length), prefix);
const endsIgnoringCase = (text: string, suffix: string) =>
  text.length >= suffix.length && sameIgnoringCase(text.slice(-suffix.length || text.length), suffix);

/** Keys that make an object of a list an operator. */
const operators = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'anything-but', 'numeric', 'cidr', 'exists'] as const;
type Operator = (typeof operators)[number];
export const isOperator = (key: string): key is Operator => (operators as readonly string[]).includes(key);

/**
 * Reads one entry of a pattern's list: a value, or an object with one operator.
 *
 * @throws AwsError `InvalidEventPatternException`
 */
export function parseMatcher(entry: Json): Matcher {
  if (Array.isArray(entry)) throw invalidPattern('Match value must be String, number, true, false, or null');
  if (!isObject(entry)) return onValue((value) => value === entry);
  const keys = Object.keys(entry);
  const [key] = keys;
  if (key === undefined) throw invalidPattern('Empty objects are not allowed');
  if (!isOperator(key)) throw invalidPattern(`Unrecognized match type ${key}`);
  if (keys.length > 1) throw invalidPattern('Only one key allowed in match expression');
  return parseOperator(key, entry[key] ?? null);
}

function parseOperator(operator: Operator, operand: Json): Matcher {
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw invalidPattern('exists match pattern must be either true or false.');
      return operand ? onValue(() => true) : { kind: 'absent' };
    case 'prefix': {
      const ignoringCase = insideIgnoreCase(operand);
      if (ignoringCase !== undefined) return onText((text) => startsIgnoringCase(text, ignoringCase));
      const prefix = textOf(operand, operator);
      return onText((text) => text.startsWith(prefix));
    }
    case 'suffix': {
      const ignoringCase = insideIgnoreCase(operand);
      if (ignoringCase !== undefined) return onText((text) => endsIgnoringCase(text, ignoringCase));
      const suffix = textOf(operand, operator);
      return onText((text) => text.endsWith(suffix));
    }
    case 'equals-ignore-case': {
      const wanted = textOf(operand, operator);
      return onText((text) => sameIgnoringCase(text, wanted));
    }
    case 'wildcard': {
      const wildcard = wildcardOf(textOf(operand, operator));
      return onText((text) => matchesWildcard(wildcard, text));
    }
    case 'numeric':
      return parseNumeric(operand);
    case 'cidr':
      return parseCidr(textOf(operand, operator));
    case 'anything-but':
      return parseAnythingBut(operand);
  }
}

function textOf(operand: Json, operator: Operator): string {
  if (typeof operand !== 'string') throw invalidPattern(`${operator} match pattern must be a string`);
  return operand;
}

/** The text of `{"equals-ignore-case": text}` inside prefix or suffix, or `undefined` where the operand is no such object. */
function insideIgnoreCase(operand: Json): string | undefined {
  if (!isObject(operand)) return undefined;
  const keys = Object.keys(operand);
  if (keys.length !== 1 || keys[0] !== 'equals-ignore-case') return undefined;
  return textOf(operand['equals-ignore-case'] ?? null, 'equals-ignore-case');
}

function wildcardOf(text: string) {
  try {
    return parseWildcard(text);
  } catch (error) {
    if (error instanceof WildcardRefused) throw invalidPattern(error.message);
    throw error;
  }
}

/** Numbers AWS compares lie within this, either side of 0. */
const fiveBillion = 5_000_000_000;

function parseNumeric(operand: Json): Matcher {
  if (!Array.isArray(operand)) throw invalidPattern('Value of numeric must be an array.');
  const list: readonly Json[] = operand;
  const operator = list[0];
  if (typeof operator !== 'string') throw invalidPattern(`Invalid member in numeric match: ${JSON.stringify(operator ?? ']')}`);
  const bound = (of: string, value: Json | undefined): number => {
    if (typeof value !== 'number') throw invalidPattern(`Value of ${of} must be numeric`);
    if (Math.abs(value) > fiveBillion) throw invalidPattern('Value must be between -5.0E9 and 5.0E9, inclusive');
    return value;
  };
  const onNumber = (matches: (number: number) => boolean) => onValue((value) => typeof value === 'number' && matches(value));
  const above = (inclusive: boolean, bottom: number) => (number: number) => (inclusive ? number >= bottom : number > bottom);
  const below = (inclusive: boolean, top: number) => (number: number) => (inclusive ? number <= top : number < top);
  if (operator === '=') {
    const wanted = bound('equals', list[1]);
    if (list.length > 2) throw invalidPattern('Too many elements in numeric expression');
    return onNumber((number) => number === wanted);
  }
  if (operator === '<' || operator === '<=') {
    const top = bound(operator, list[1]);
    if (list.length > 2) throw invalidPattern('Too many elements in numeric expression');
    return onNumber(below(operator === '<=', top));
  }
  if (operator !== '>' && operator !== '>=') throw invalidPattern(`Unrecognized numeric range operator: ${operator}`);
  const bottom = bound(operator, list[1]);
  const isAbove = above(operator === '>=', bottom);
  if (list.length === 2) return onNumber(isAbove);
  const second = list[2];
  if (typeof second !== 'string') throw invalidPattern(`Bad value in numeric range: ${JSON.stringify(second)}`);
  const top = bound(second, list[3]);
  if (second !== '<' && second !== '<=') throw invalidPattern(`Bad numeric range operator: ${second}`);
  if (list.length > 4) throw invalidPattern('Too many elements in numeric expression');
  if (bottom >= top) throw invalidPattern('Bottom must be less than top');
  const isBelow = below(second === '<=', top);
  return onNumber((number) => isAbove(number) && isBelow(number));
}

function parseCidr(text: string): Matcher {
  const parts = text.split('/');
  const [address = '', bits = ''] = parts;
  if (parts.length !== 2) throw invalidPattern("Malformed CIDR, one '/' required");
  if (!/^-?\d+$/.test(bits)) throw invalidPattern('Malformed CIDR, mask bits must be an integer');
  if (Number(bits) < 0) throw invalidPattern('Malformed CIDR, mask bits must not be negative');
  if (isIP(address) === 0) throw invalidPattern(`Nonstandard IP address: ${address}`);
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const widest = family === 'ipv4' ? 32 : 128;
  if (Number(bits) > widest) throw invalidPattern(`${family === 'ipv4' ? 'IPv4' : 'IPv6'} mask bits must be < ${widest}`);
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return onText((candidate) => isIP(candidate) !== 0 && isIPv4(candidate) === (family === 'ipv4') && block.check(candidate, family));
}

/** `anything-but`: asks for a value, whatever it is except those named. A text operator never excludes a number, a boolean or null. */
function parseAnythingBut(operand: Json): Matcher {
  if (typeof operand === 'string' || typeof operand === 'number') return onValue((value) => value !== operand);
  if (Array.isArray(operand)) {
    const list: readonly Json[] = operand;
    if (list.length === 0) throw invalidPattern('Empty arrays are not allowed');
    const kinds = new Set(list.map((member) => typeof member));
    if (list.some((member) => typeof member !== 'string' && typeof member !== 'number')) {
      throw invalidPattern('Inside anything but list, start|null|boolean is not supported.');
    }
    if (kinds.size > 1) throw invalidPattern('Inside anything but list, either all values are number or string, mixed type is not supported');
    return onValue((value) => !list.includes(value));
  }
  if (!isObject(operand)) throw invalidPattern('Value of anything-but must be an array or single string/number value.');
  const keys = Object.keys(operand);
  const [key = ''] = keys;
  const inner = operand[key] ?? null;
  if (keys.length !== 1) throw invalidPattern('Only one key allowed in match expression');
  const excluding = (excluded: readonly ((text: string) => boolean)[]) =>
    onValue((value) => typeof value !== 'string' || !excluded.some((matches) => matches(value)));
  switch (key) {
    case 'prefix':
      return excluding(affixes(inner).map((prefix) => (text) => text.startsWith(prefix)));
    case 'suffix':
      return excluding(affixes(inner).map((suffix) => (text) => text.endsWith(suffix)));
    case 'equals-ignore-case':
      return excluding(
        texts(inner, 'Inside anything-but/ignore-case list, number|start|null|boolean is not supported.').map(
          (wanted) => (text) => sameIgnoringCase(text, wanted),
        ),
      );
    case 'wildcard':
      return excluding(
        texts(inner, 'wildcard match pattern must be a string').map((wanted) => {
          const wildcard = wildcardOf(wanted);
          return (text) => matchesWildcard(wildcard, text);
        }),
      );
    default:
      throw invalidPattern(`Unsupported anything-but pattern: ${key}`);
  }
}

function texts(operand: Json, otherwise: string): readonly string[] {
  const list: readonly Json[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw invalidPattern('Empty arrays are not allowed');
  return list.map((member) => {
    if (typeof member !== 'string') throw invalidPattern(otherwise);
    return member;
  });
}

function affixes(operand: Json): readonly string[] {
  if (isObject(operand)) throw invalidPattern('Value of anything-but must be an array or single string/number value.');
  const list = texts(operand, 'prefix/suffix match pattern must be a string');
  if (list.includes('')) throw invalidPattern('Null prefix/suffix not allowed');
  return list;
}
