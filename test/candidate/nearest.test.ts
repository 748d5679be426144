import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/candidate/nearest.ts';

describe('nearest()', () => {
  const fields = ['type', 'metric', 'statistic', 'max', 'min', 'minimumSamples', 'onInconclusive'];
  test.each([
    ['statstic', 'statistic'],
    ['minimumsample', 'minimumSamples'],
    ['oninconclusive', 'onInconclusive'],
    ['maximum', 'max'],
    ['mn', 'min'],
    ['mix', undefined],
    ['treshold', undefined],
    ['unit', undefined],
    ['', undefined],
  ])('"%s" may mean %s', (word, expected) => expect(nearest(word, fields)).toBe(expected));

  test('has none among none', () => expect(nearest('max', [])).toBeUndefined());
});
