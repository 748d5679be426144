import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/emulator/events/json.ts';
import { parsePattern } from '../../../src/emulator/events/pattern.ts';

interface Case {
  readonly why: string;
  readonly pattern: unknown;
  readonly event?: JsonObject;
  readonly match?: boolean;
  readonly error?: string;
}
// What AWS answered, or documents: see the file's own "about".
const { cases } = JSON.parse(readFileSync(new URL('pattern-cases.json', import.meta.url), 'utf8')) as { cases: readonly Case[] };

const refusal = (pattern: unknown): unknown => {
  try {
    parsePattern(JSON.stringify(pattern));
  } catch (error) {
    return error;
  }
  return undefined;
};
const matches = (pattern: unknown, event: JsonObject) => parsePattern(JSON.stringify(pattern)).matches(event);

describe('parsePattern() answers as AWS does', () => {
  it('has all its cases', () => expect(cases).toHaveLength(87));

  it.each(cases.filter((one) => one.error === undefined))('$why', ({ pattern, event, match }) => {
    expect(matches(pattern, event ?? {})).toBe(match);
  });

  it.each(cases.filter((one) => one.error !== undefined))('refuses: $why', ({ pattern, error }) => {
    const refused = refusal(pattern);
    expect(refused).toMatchObject({ code: 'InvalidEventPatternException' });
    // <n> stands for a position the recording hid.
    expect(String(refused).replace(/ pos \d+/, ' pos <n>')).toBe(`AwsError: ${error}`);
  });
});

describe('parsePattern() beyond the recorded cases', () => {
  const variants = {
    detail: {
      variants: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 0 },
      ],
    },
  };

  it('asks two fields of a list of objects of the same element', () => {
    expect(matches({ detail: { variants: { name: ['a'], weight: [1] } } }, variants)).toBe(true);
    expect(matches({ detail: { variants: { name: ['a'], weight: [0] } } }, variants)).toBe(false);
  });

  it('lets fields of different lists come from any elements', () => {
    const event = { x: [{ k: 1 }, { k: 2 }], y: [{ k: 1 }, { k: 2 }] };
    expect(matches({ x: { k: [1] }, y: { k: [2] } }, event)).toBe(true);
  });

  it('joins $or with the fields beside it', () => {
    const pattern = { source: ['s'], $or: [{ a: [1] }, { b: [{ exists: false }] }] };
    expect(matches(pattern, { source: 's', a: 2 })).toBe(true);
    expect(matches(pattern, { source: 's', a: 2, b: 1 })).toBe(false);
    expect(matches(pattern, { source: 'other', a: 1 })).toBe(false);
  });

  it('refuses $or beyond 1000 combinations', () => {
    const ten = (key: string) => Array.from({ length: 10 }, (_, index) => ({ [key]: [index] }));
    expect(refusal({ a: { $or: ten('x') }, b: { $or: ten('y') }, c: { $or: ten('z') } })).toBeUndefined();
    expect(refusal({ a: { $or: ten('x') }, b: { $or: ten('y') }, c: { $or: ten('z') }, d: { $or: ten('w') } })).toMatchObject({
      code: 'InvalidEventPatternException',
    });
  });

  it('takes an escaped star for itself and finds parts in order', () => {
    expect(matches({ f: [{ wildcard: 'a\\*b' }] }, { f: 'a*b' })).toBe(true);
    expect(matches({ f: [{ wildcard: 'a\\*b' }] }, { f: 'axb' })).toBe(false);
    expect(matches({ f: [{ wildcard: 'ab*ba' }] }, { f: 'aba' })).toBe(false);
    expect(matches({ f: [{ wildcard: '*one*two*' }] }, { f: 'x two one' })).toBe(false);
  });

  it('compares IPv6 addresses with a CIDR', () => {
    expect(matches({ ip: [{ cidr: '2001:db8::/32' }] }, { ip: '2001:db8:0:1::7' })).toBe(true);
    expect(matches({ ip: [{ cidr: '2001:db8::/32' }] }, { ip: '10.0.0.1' })).toBe(false);
  });

  it('refuses an empty pattern and one that is no JSON', () => {
    expect(refusal({})).toMatchObject({ code: 'InvalidEventPatternException' });
    expect(() => parsePattern('{"source": [')).toThrow('Event pattern is not valid. Reason: ');
  });
});
