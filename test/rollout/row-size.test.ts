import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../src/rollout/rollout.ts';
import { earlier, fitting } from '../../src/rollout/row-size.ts';
import { noonMs, verdict } from './fixture.ts';

/** DynamoDB's largest item, bytes. */
const largestItem = 400 * 1024;
const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const sequential = {
  lnHarm: -0.123456789,
  lnNotWorse: -12.3456789,
  alpha: 0.01,
  beta: 0.05,
  excessBound: 0.123456789,
  cost: 1,
  excess: 0.00123456789,
  margin: 0.0025,
  requests: 123_456,
  requestsPerSecond: 99.123456789,
  unwell: false,
  silent: false,
};
const verdicts = (count: number, evidence: Record<string, unknown>) =>
  Array.from({ length: count }, (_, index) => verdict('inconclusive', { path: `gates[${index}]`, evidence, sequential }));

describe('fitting()', () => {
  test('leaves evidence as it is where it fits', () => {
    const small = verdicts(20, { alarms: 'a'.repeat(1000) });
    expect(fitting(small)).toEqual(small);
  });

  test('cuts what is too long, says so, and keeps the rest of the verdict and of the other gates', () => {
    const [long, short] = [...verdicts(1, { answer: '"'.repeat(300_000) }), ...verdicts(1, { value: 1 })];
    const [cut, kept] = fitting([long, short].filter((each) => each !== undefined));
    expect(cut).toMatchObject({ result: 'inconclusive', sequential, evidence: { cut: expect.stringContaining('characters') as string } });
    expect(kept).toEqual(short);
    expect(size(fitting(verdicts(20, { answer: '"\n'.repeat(8192) })))).toBeLessThan(largestItem / 2);
  });
});

describe('earlier()', () => {
  test('keeps a hundred steps of twenty gates small, and the answers of the last ones', () => {
    const steps = Array.from(
      { length: 100 },
      (_, index): StepRecord => ({
        index,
        canaryPercent: index + 1,
        bakeSeconds: 300,
        requestedAtMs: noonMs,
        verifiedAtMs: noonMs,
        passedAtMs: noonMs,
        verdicts: verdicts(20, { text: 'a'.repeat(100) }),
      }),
    );
    expect(size(steps)).toBeGreaterThan(largestItem);
    const kept = earlier(steps);
    expect(size(kept)).toBeLessThan(largestItem / 4);
    expect(kept.at(-1)?.verdicts[0]).toEqual({
      gate: 'metric-threshold',
      path: 'gates[0]',
      result: 'inconclusive',
      reason: 'reason-inconclusive',
      evidence: {},
    });
    expect(kept.map(({ canaryPercent }) => canaryPercent)).toEqual(steps.map(({ canaryPercent }) => canaryPercent));
  });
});
