import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseSpec } from '../../src/cli/spec-file.ts';
import { gates } from '../../src/gates/registry.ts';
import { strategies } from '../../src/strategies/registry.ts';

/** The types there are, as a sentence lists them. */
const either = (variants: readonly { readonly type: string }[]): string =>
  variants
    .map(({ type }) => type)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ');

/** A valid delivery; tests put one thing wrong into it. */
const good = `name: churn
triggers:
  - type: image-pushed
    repository: models/churn
serve:
  endpoint: churn
  instanceType: ml.m5.large
strategy:
  type: canary
  steps:
    - canaryPercent: 10
      bake: 6m
    - canaryPercent: 50
      bake: 6m
gates:
  - type: metric-threshold
    metric: { name: Invocation5XXErrors }
    max: 0.02
`;
/** `line:column: message` of every flaw. */
const flawsOf = (text: string): string[] => {
  const read = parseSpec(text);
  return 'flaws' in read ? read.flaws.map(({ line, column, message }) => `${line}:${column}: ${message}`) : [];
};
const withIt = (right: string, wrong: string) => {
  if (!good.includes(right)) throw new Error(`The delivery has no "${right}"`);
  return flawsOf(good.replace(right, wrong));
};

describe('parseSpec()', () => {
  test('reads a valid delivery, with defaults worked out and the source as written', () => {
    const read = parseSpec(good);
    expect(read).toMatchObject({
      source: { name: 'churn', strategy: { steps: [{ bake: '6m' }, { bake: '6m' }] } },
      spec: { name: 'churn', soak: 600, evidenceDeadline: 1800, onInconclusive: 'rollback', gates: [{ minimumSamples: 20, statistic: 'Average' }] },
    });
    expect(read).not.toHaveProperty('source.soak');
  });

  test('reads the delivery of the example', () => {
    expect(flawsOf(readFileSync(new URL('../../examples/tumour-classifier/delivery.yaml', import.meta.url), 'utf8'))).toEqual([]);
  });

  test.each<[string, string, string, string]>([
    // What is wrong, the right text, the wrong one, and what a person reads.
    [
      'an unknown field',
      'name: churn',
      'name: churn\nsock: 10m',
      '2:1: unknown field "sock"; expected one of name, triggers, build, image, train, register, serve, concurrency, approval, strategy, gates, evidenceDeadline, onInconclusive, soak, retire; did you mean "soak"?',
    ],
    [
      'an unknown field of a gate, by the gate it stands in',
      'max: 0.02',
      'max: 0.02\n    requests: 3',
      '19:5: unknown field "requests"; expected one of type, observe, onInconclusive, evidenceDeadline, metric, statistic, max, min, minimumSamples',
    ],
    [
      'a misspelt field, which is then not missing as well',
      'repository:',
      'repositry:',
      '4:5: unknown field "repositry"; expected one of type, repository, tags; did you mean "repository"?',
    ],
    [
      'a misspelt gate',
      'metric-threshold',
      'metric-treshold',
      `16:11: got "metric-treshold"; expected ${either(gates)}; did you mean "metric-threshold"?`,
    ],
    ['a gate without a type', 'type: metric-threshold\n    ', '', `16:5: missing field "type"; expected ${either(gates)}`],
    ['a misspelt strategy', 'type: canary', 'type: canaray', `9:9: got "canaray"; expected ${either(strategies)}; did you mean "canary"?`],
    [
      'a misspelt choice',
      'name: churn',
      'name: churn\nonInconclusive: rolback',
      '2:17: got "rolback"; expected rollback, hold, extend or promote; did you mean "rollback"?',
    ],
    [
      'a choice in other case',
      'name: churn',
      'name: churn\nonInconclusive: Hold',
      '2:17: got "Hold"; expected rollback, hold, extend or promote; did you mean "hold"?',
    ],
    ['a missing field', '  endpoint: churn\n', '', '6:3: missing field "endpoint"; expected text'],
    ['a field left empty', 'endpoint: churn', 'endpoint:', '6:12: got nothing; expected text'],
    ['text for a number', 'canaryPercent: 10', 'canaryPercent: ten', '11:22: got "ten"; expected a number'],
    ['a number in quotes', 'max: 0.02', "max: '0.02'", '18:10: got "0.02"; expected a number'],
    ['a number for text', 'endpoint: churn', 'endpoint: 5', '6:13: got 5; expected text'],
    [
      'one thing for a list',
      'triggers:\n  - type: image-pushed\n    repository: models/churn',
      'triggers: models/churn',
      '2:11: got "models/churn"; expected a list',
    ],
    ['a list for fields', 'serve:\n  endpoint: churn\n  instanceType: ml.m5.large', 'serve: [churn]', '5:8: got a list; expected fields, one a line'],
    ['an empty list', 'triggers:\n  - type: image-pushed\n    repository: models/churn', 'triggers: []', '2:11: expected at least 1 entry'],
    [
      'a bake too short for evidence',
      '    - canaryPercent: 50\n      bake: 6m',
      '    - canaryPercent: 50\n      bake: 3m59s',
      '14:13: got "3m59s"; expected at least 4m: two metric periods and the time their datapoints need to arrive',
    ],
    [
      'traffic that falls',
      'canaryPercent: 50',
      'canaryPercent: 5',
      '13:22: got 5; expected more than the step before (10): weights fall only by rolling back',
    ],
    ['more than all the traffic', 'canaryPercent: 50', 'canaryPercent: 500', '13:22: got 500; expected at most 100'],
    [
      'a bad duration',
      '    - canaryPercent: 10\n      bake: 6m',
      '    - canaryPercent: 10\n      bake: 6min',
      '12:13: got "6min"; expected a duration such as 90s, 6m, 1h30m or 7d',
    ],
    [
      'a duration without a unit',
      '    - canaryPercent: 10\n      bake: 6m',
      '    - canaryPercent: 10\n      bake: 360',
      '12:13: got 360; expected a duration such as 90s, 6m, 1h30m or 7d',
    ],
    [
      'a duration of more than a year',
      '    - canaryPercent: 10\n      bake: 6m',
      '    - canaryPercent: 10\n      bake: 366d',
      '12:13: got "366d"; expected at most 365d',
    ],
    [
      'an approval nobody would remember',
      '    - canaryPercent: 10\n      bake: 6m',
      '    - canaryPercent: 10\n      bake: 6m\n      approval: { expires: 31d }',
      '13:28: got "31d"; expected at most 30d',
    ],
    ['a bound that is missing', '    max: 0.02\n', '', '16:5: missing field "max"; expected max, min or both'],
    [
      'bounds nothing is within',
      'max: 0.02',
      'max: 0.02\n    min: 1',
      '19:10: got 1; expected min to be at most max: no value is within these bounds',
    ],
    [
      'a statistic there is none of',
      'max: 0.02',
      'max: 0.02\n    statistic: Mean',
      '19:16: got "Mean"; expected Average, Sum, Minimum, Maximum or a percentile such as p99',
    ],
    ['a name SageMaker would refuse', 'name: churn', 'name: churn_model', '1:7: got "churn_model"; expected letters, digits and inner hyphens'],
    ['an instance type without ml', 'ml.m5.large', 'm5.large', '7:17: got "m5.large"; expected a SageMaker instance type, such as ml.m5.large'],
    [
      'a variable name no shell takes',
      'instanceType: ml.m5.large',
      'instanceType: ml.m5.large\n  environment: { 1A: x }',
      '8:18: the name "1A" can\'t be used; expected letters, digits and underscores, no digit first',
    ],
    ['a key written twice', 'name: churn', 'name: churn\nname: fraud', '2:1: field "name" is written twice; expected once'],
    ['a second document', 'max: 0.02\n', 'max: 0.02\n---\nname: other\n', '19:1: a second document begins here; expected one delivery a file'],
    ['an alias to itself', 'endpoint: churn', 'endpoint: &name { a: *name }', '6:24: an alias leads to what it is a part of; expected an end'],
    ['an alias to nothing', 'endpoint: churn', 'endpoint: *name', '6:13: Unresolved alias (the anchor must be set before the alias): name'],
  ])('finds %s', (_what, right, wrong, expected) => expect(withIt(right, wrong)).toEqual([expected]));

  test('says where YAML itself goes wrong, once', () => {
    expect(withIt('serve:\n  endpoint: churn', 'serve:\n  - endpoint: churn')).toEqual(['7:1: All mapping items must start at the same column']);
    expect(flawsOf('serve: [a\n')).toEqual(['2:1: Flow sequence in block collection must be sufficiently indented and end with a ]']);
    expect(flawsOf(`${good}\tsoak: 1m`)[0]).toMatch(/^1\d:\d+: Tabs are not allowed as indentation/);
  });

  test('says that a file is empty, or no delivery at all', () => {
    expect(flawsOf('')).toEqual(['1:1: the file is empty; expected a delivery']);
    expect(flawsOf('- a\n')).toEqual(['1:1: got a list; expected fields, one a line']);
  });

  test('tells all flaws at once, from the top down', () => {
    const many = good
      .replace('repository', 'repositry')
      .replace('ml.m5.large', 'large')
      .replace('max: 0.02', 'max: none')
      .replace('canaryPercent: 50', 'canaryPercent: 5');
    expect(flawsOf(many).map((flaw) => flaw.split(': ')[0])).toEqual(['4:5', '7:17', '13:22', '18:10']);
  });

  test('finds a short bake also where the steps are wrong', () => {
    const many = good.replace('bake: 6m', 'bake: 1m').replace('canaryPercent: 50', 'canaryPercent: 5');
    expect(flawsOf(many).map((flaw) => flaw.split(': ')[0])).toEqual(['12:13', '13:22']);
  });

  test('follows anchors', () =>
    expect(flawsOf(good.replace('name: churn', 'name: &name churn').replace('endpoint: churn', 'endpoint: *name'))).toEqual([]));
});
