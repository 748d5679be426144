import { describe, expect, test } from 'vitest';
import { wholeNumber } from '../../src/cli/options.ts';

describe('wholeNumber()', () => {
  test.each([
    ['0', 0],
    ['7', 7],
    ['010', 10],
    ['4566', 4566],
  ])('reads "%s"', (text, value) => expect(wholeNumber(text)).toBe(value));
  test.each(['', ' ', 'abc', '1e1', '0x10', '-1', '+1', '1.5', '1 ', '9'.repeat(17)])('takes "%s" for none', (text) =>
    expect(() => wholeNumber(text)).toThrow('Expected a whole number, 0 or more'),
  );
});
