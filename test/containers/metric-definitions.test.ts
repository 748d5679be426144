import { describe, expect, it } from 'vitest';
import { metricsIn } from '../../src/containers/metric-definitions.ts';

describe('metricsIn()', () => {
  it.each<[string, RegExp, number[]]>([
    ['accuracy=0.93;', /accuracy=([0-9.]+)/, [0.93]],
    ['loss: 1e-3', /loss: (\S+)/, [0.001]],
    ['loss: nan', /loss: (\S+)/, []],
    ['loss: -inf', /loss: (\S+)/, []],
    ['loss: none', /loss: (\S+)/, []],
    ['nothing', /loss: (\S+)/, []],
    // Matches, and captures nothing.
    ['loss: ', /loss: (\d+)?/, []],
    // A figure at the end of a line too long to be looked at unwatched.
    [`${'x'.repeat(100_000)} auc=0.5`, /auc=([0-9.]+)/, [0.5]],
    // A choice within a repetition, which is watched, and well behaved here.
    ['a b auc=0.5', /^(?:a |b )*auc=([0-9.]+)/, [0.5]],
  ])('%.40s by %s', (line, regex, values) => expect(metricsIn(line, [{ name: 'm', regex }]).map(({ value }) => value)).toEqual(values));

  it('gives up an expression that runs away, once and by name, and reads the others on', () => {
    const told: string[] = [];
    const definitions = [
      { name: 'runaway', regex: /^(a+)+$/ },
      { name: 'auc', regex: /auc=([0-9.]+)/ },
    ];
    const line = `${'a'.repeat(60)} auc=0.5`;
    for (let again = 0; again < 3; again++)
      expect(metricsIn(line, definitions, (sentence) => void told.push(sentence))).toEqual([{ name: 'auc', value: 0.5 }]);
    expect(told).toEqual([expect.stringMatching(/^metric "runaway" is read no more: its expression \/\^\(a\+\)\+\$\/ took more than 500 ms/)]);
  });
});
