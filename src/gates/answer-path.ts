import * as z from 'zod/mini';
import { jsonOf } from './json-schema.ts';

const step = /\[(\d+)\]|([A-Za-z_$][\w$-]*)/g;

/** A place in an answer: names and indexes, such as `predictions[0].score`. */
export const AnswerPath = z
  .string()
  .check(
    z.maxLength(200),
    z.regex(/^(\[\d+\]|[A-Za-z_$][\w$-]*)(\[\d+\]|\.[A-Za-z_$][\w$-]*)*$/, 'Expected names and indexes, such as predictions[0].score'),
  );

/** What an answer says: its JSON, or its text where it is none. */
export function valueOf(body: string): unknown {
  const value = jsonOf(body);
  return value === undefined ? body.trim() : value;
}

/** The value at a place; undefined where there is none. @param path unset: the whole */
export function valueAt(value: unknown, path: string | undefined): unknown {
  if (path === undefined) return value;
  let found: unknown = value;
  for (const [, index, name] of path.matchAll(step)) {
    if (found === null || typeof found !== 'object') return undefined;
    const key = index ?? name ?? '';
    found = Object.hasOwn(found, key) ? (found as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return found;
}

/** Whether two values say the same: numbers within `tolerance`, lists and objects member by member, all else alike. */
export function agree(left: unknown, right: unknown, tolerance: number): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left === right || Math.abs(left - right) <= tolerance;
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') return left === right;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [one, other] = [left as Readonly<Record<string, unknown>>, right as Readonly<Record<string, unknown>>];
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && agree(one[key], other[key], tolerance));
}
