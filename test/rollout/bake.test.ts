import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cadenceOf, judgeBake } from '../../src/rollout/bake.ts';
import { combine } from '../../src/rollout/verdict.ts';
import { delivery, noonMs, verdict } from './fixture.ts';

const step = { index: 0, canaryPercent: 10, bakeSeconds: 300, verifiedAtMs: noonMs };
const spec = { evidenceDeadline: 1800, onInconclusive: 'rollback' } as const;
const at = (seconds: number) => noonMs + seconds * 1000;
const judge = (
  seconds: number,
  results: readonly Parameters<typeof verdict>[0][],
  options: { onInconclusive?: 'rollback' | 'hold' | 'extend' | 'promote'; first?: boolean; gates?: Parameters<typeof judgeBake>[2]['gates'] } = {},
) =>
  judgeBake(
    step,
    results.map((result, index) => verdict(result, { path: `gates[${index}]` })),
    { ...spec, ...(options.onInconclusive && { onInconclusive: options.onInconclusive }), ...(options.gates && { gates: options.gates }) },
    at(seconds),
    options.first ?? false,
  );

describe('judgeBake()', () => {
  test('fails at once, in the middle of the bake, and names the gate and its reason', () => {
    expect(judge(1, ['successful', 'failed', 'inconclusive'])).toEqual({
      answer: 'failed',
      reason: 'reason-failed',
      text: 'gates[1] metric-threshold: reason-failed',
    });
  });

  test('has no success before the whole bake is over', () => {
    expect(judge(0, ['successful'])).toEqual({ answer: 'wait', waitSeconds: 60 });
    expect(judge(299, ['successful'])).toEqual({ answer: 'wait', waitSeconds: 1 });
    expect(judge(300, ['successful']).answer).toBe('passed');
  });

  test('passes a step without gates after its bake, and says so', () => {
    expect(judge(300, [])).toEqual({ answer: 'passed', text: '10 %: no gate is asked while it bakes' });
  });

  test('waits past the bake for evidence, to the second of the deadline', () => {
    expect(judge(300, ['successful', 'inconclusive'])).toEqual({ answer: 'wait', waitSeconds: 60 });
    expect(judge(2099, ['inconclusive'])).toEqual({ answer: 'wait', waitSeconds: 1 });
    expect(judge(2100, ['inconclusive']).answer).not.toBe('wait');
  });

  test.each([
    ['rollback', { answer: 'failed', reason: 'no-evidence', text: expect.stringContaining('gates[0]') as string }],
    ['hold', { answer: 'hold', waitSeconds: 60, text: expect.stringContaining('no evidence by the deadline') as string }],
    ['extend', { answer: 'wait', waitSeconds: 60 }],
    ['promote', { answer: 'passed', text: expect.stringContaining('onInconclusive: promote') as string }],
  ] as const)('does what onInconclusive says at the deadline: %s', (onInconclusive, expected) => {
    expect(judge(2100, ['inconclusive'], { onInconclusive })).toEqual(expected);
  });

  test('extends once by as much again, and then undoes', () => {
    expect(judge(3899, ['inconclusive'], { onInconclusive: 'extend' })).toEqual({ answer: 'wait', waitSeconds: 1 });
    expect(judge(3900, ['inconclusive'], { onInconclusive: 'extend' })).toMatchObject({ answer: 'failed', reason: 'no-evidence' });
  });

  test('takes a gate’s own word over the delivery’s', () => {
    const patient = [{ onInconclusive: 'hold', evidenceDeadline: 3600 }, {}] as const;
    expect(judge(2100, ['inconclusive', 'successful'], { gates: patient })).toEqual({ answer: 'wait', waitSeconds: 60 });
    expect(judge(3900, ['inconclusive', 'successful'], { gates: patient })).toMatchObject({ answer: 'hold' });
    // The other gate has no patience of its own, and undoes.
    expect(judge(2100, ['inconclusive', 'inconclusive'], { gates: patient })).toMatchObject({ answer: 'failed' });
  });

  test('goes on without evidence only where every open gate’s time is over and each says so', () => {
    const eager = [{ onInconclusive: 'promote' }, { onInconclusive: 'promote', evidenceDeadline: 3600 }] as const;
    expect(judge(2100, ['inconclusive', 'inconclusive'], { gates: eager })).toEqual({ answer: 'wait', waitSeconds: 60 });
    expect(judge(3900, ['inconclusive', 'inconclusive'], { gates: eager })).toMatchObject({ answer: 'passed' });
  });

  test('lets evidence that comes late pass the step, even while held', () => {
    expect(judge(9000, ['successful'], { onInconclusive: 'hold' }).answer).toBe('passed');
  });

  test('does not stop a first deployment for want of evidence, but for a failed gate', () => {
    expect(judge(300, ['inconclusive'], { first: true }).answer).toBe('passed');
    expect(judge(300, ['failed'], { first: true }).answer).toBe('failed');
    expect(judge(299, ['inconclusive'], { first: true }).answer).toBe('wait');
  });

  test('over any sequence of verdicts, never passes with a failed gate, nor without evidence unless that was asked for in words', () => {
    const result = fc.constantFrom('successful', 'failed', 'inconclusive');
    fc.assert(
      fc.property(
        fc.array(fc.record({ results: fc.array(result, { maxLength: 4 }), afterSeconds: fc.integer({ min: 1, max: 900 }) }), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.constantFrom('rollback', 'hold', 'promote'),
        fc.boolean(),
        (ticks, onInconclusive, first) => {
          let seconds = 0;
          for (const { results, afterSeconds } of ticks) {
            seconds += afterSeconds;
            const decision = judge(seconds, results, { onInconclusive, first });
            if (results.includes('failed')) expect(decision.answer).toBe('failed');
            if (decision.answer === 'passed') {
              expect(seconds).toBeGreaterThanOrEqual(300);
              expect(results).not.toContain('failed');
              if (results.includes('inconclusive')) expect(first || (onInconclusive === 'promote' && seconds >= 2100)).toBe(true);
            }
            if (decision.answer === 'wait' || decision.answer === 'hold') {
              // Nobody waits unwatched: the gates are asked at least once a metric period.
              expect(decision.waitSeconds).toBeGreaterThanOrEqual(1);
              expect(decision.waitSeconds).toBeLessThanOrEqual(60);
            } else break;
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('ends every step that does not hold by bake and deadline', () => {
    const result = fc.constantFrom('successful', 'failed', 'inconclusive');
    fc.assert(
      fc.property(fc.array(result, { maxLength: 4 }), fc.constantFrom('rollback', 'promote'), fc.boolean(), (results, onInconclusive, first) => {
        expect(judge(2100, results, { onInconclusive, first }).answer).toMatch(/^(passed|failed)$/);
      }),
    );
  });
});

describe('cadenceOf()', () => {
  const errorRate = { type: 'error-rate' } as const;
  test.each([
    ['no gate weighs evidence', [], 10, 60],
    ['a gate does', [errorRate], 10, 10],
    ['a gate does, and metrics come by the minute', [errorRate], 60, 60],
    ['a gate does, and metrics come seldom', [errorRate], 300, 60],
    ['it is only observed', [{ ...errorRate, observe: true }], 10, 60],
  ] as const)('where %s', (_what, gates, periodSeconds, seconds) => {
    expect(cadenceOf(delivery({ gates: [...gates] }), periodSeconds)).toBe(seconds);
  });

  test('is how often a bake waits meanwhile', () => {
    expect(judgeBake(step, [verdict('successful')], spec, at(0), false, 10)).toEqual({ answer: 'wait', waitSeconds: 10 });
  });
});

describe('combine()', () => {
  test.each([
    [['successful', 'failed', 'inconclusive'], 'failed'],
    [['successful', 'inconclusive'], 'inconclusive'],
    [['successful', 'successful'], 'successful'],
    [[], 'successful'],
  ] as const)('%j is %s', (results, expected) => expect(combine(results.map((result) => verdict(result)))).toBe(expected));
});
