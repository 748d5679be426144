import { describe, expect, test } from 'vitest';
import { readScenario } from '../../src/cli/rehearse.ts';
import { parseYaml } from '../../src/cli/yaml-file.ts';
import { Scenario } from '../../src/rehearsal/scenario.ts';

/** A valid scenario; tests put one thing wrong into it. */
const good = `name: black-friday
says: three times the load and a slow start
traffic:
  requestsPerSecond: 300
  swing: { part: 0.5, period: 24h }
errors: { rate: 0.002 }
outages:
  - { from: 5m, for: 2m, errorRate: 0.3 }
canary:
  faults:
    - { until: 90s, latencyFactor: 3 }
    - { from: 10m, errorRate: 0.02 }
`;
const flawsOf = (text: string): string[] => {
  const read = parseYaml(text, Scenario, 'scenario');
  return 'flaws' in read ? read.flaws.map(({ line, column, message }) => `${line}:${column}: ${message}`) : [];
};

describe('a scenario in a file', () => {
  test('is read, with defaults and durations worked out', () => {
    expect(parseYaml(good, Scenario, 'scenario')).toMatchObject({
      value: {
        good: false,
        traffic: { swing: { period: 86_400 } },
        canary: {
          faults: [
            { from: 0, until: 90 },
            { from: 600, errorRate: 0.02 },
          ],
        },
        actuation: 30,
        latency: { medianMs: 100, sigma: 0.5 },
      },
    });
  });

  test.each([
    ['a misspelt field', 'requestsPerSecond', 'requestPerSecond', /^4:3: unknown field "requestPerSecond"; .*did you mean "requestsPerSecond"/],
    ['a rate above 1', 'rate: 0.002', 'rate: 2', /^6:17: .*expected at most 1$/],
    ['a duration without a unit', 'from: 5m', 'from: 5', /^8:13: .*expected a duration such as 90s/],
    ['a fault without an effect', ', latencyFactor: 3', '', /^11:7: .*expected errorRate, errorFactor or latencyFactor/],
    ['a fault that ends before it begins', 'from: 10m,', 'from: 10m, until: 5m,', /^12:27: .*expected until to be after from/],
    ['a second document', 'canary:\n', '---\ncanary:\n', /expected one scenario a file/],
    ['no traffic', good.slice(good.indexOf('traffic'), good.indexOf('errors')), '', /^1:1: missing field "traffic"/],
  ])('%s is told with line and column', (_what, right, wrong, told) => {
    expect(good).toContain(right);
    const flaws = flawsOf(good.replace(right, wrong));
    expect(flaws).toHaveLength(1);
    expect(flaws[0]).toMatch(told);
  });

  test('an empty file is told as one', () => {
    expect(flawsOf('# nothing yet\n')).toEqual(['1:1: the file is empty; expected a scenario']);
  });

  test('a name that is none is told with the nearest one', () => {
    expect(() => readScenario('lates')).toThrow(/No scenario is called "lates", did you mean "late"\?; there are good, /);
    expect(readScenario('S11')).toMatchObject({ scenario: { name: 'late' } });
  });
});
