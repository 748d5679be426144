import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesGlob } from '../../src/triggers/glob.ts';

describe('matchesGlob()', () => {
  test.each([
    ['*', '', true],
    ['v*', 'v1.2', true],
    ['v*', 'rv1', false],
    ['*-rc', '1.0-rc', true],
    ['1.*', '1x0', false],
    ['v*.*-*', 'v1.2-rc1', true],
    ['v*.*-*', 'v1.2', false],
    ['a*a', 'a', false],
    ['a*b*b', 'ab', false],
    ['**', 'x', true],
    ['latest', 'latest', true],
    ['latest', 'latest2', false],
    ['(1+)', '(1+)', true],
  ])('%s and "%s": %s', (glob, text, expected) => expect(matchesGlob(glob, text)).toBe(expected));

  test('agrees with the regular expression of the same meaning', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 8 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(glob, text, (pattern, tag) => {
        const expression = new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`, 's');
        expect(matchesGlob(pattern, tag)).toBe(expression.test(tag));
      }),
      { numRuns: 2000 },
    );
  });

  test('is done with a glob that would keep a regular expression busy for hours', () => {
    expect(matchesGlob(`${'a*'.repeat(60)}b`, 'a'.repeat(128))).toBe(false);
  });
});
