import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { GateVerdict } from '../../src/rollout/verdict.ts';
import { ab } from '../../src/strategies/ab.ts';
import { javaScriptClient, splits, users } from './ab-clients.ts';
import { soFar } from './so-far.ts';

const day = 86_400_000;
const startMs = Date.parse('2026-11-22T12:00:00Z');
const spec = (fields: Readonly<Record<string, unknown>> = {}) => z.parse(ab.spec, { type: 'ab', for: '7d', atLeast: '1d', ...fields });

const verdict = (lnBetter: number | undefined, result: GateVerdict['result'] = 'inconclusive'): GateVerdict => ({
  gate: 'error-rate',
  path: 'gates[0]',
  result,
  reason: result === 'successful' ? 'not-worse' : 'undecided',
  evidence: {},
  sequential: {
    lnHarm: -1,
    lnNotWorse: 0,
    ...(lnBetter !== undefined && { lnBetter }),
    alpha: 0.01,
    beta: 0.05,
    excessBound: 0.1,
    cost: 1,
    excess: 0,
    margin: 0.01,
    requests: 1000,
    requestsPerSecond: 10,
    unwell: false,
    silent: false,
  },
});

const after = (days: number, verdicts: readonly GateVerdict[], fields: Readonly<Record<string, unknown>> = {}) =>
  ab.judge?.(
    spec(fields),
    soFar(0, { steps: [{ canaryPercent: 50, requestedAtMs: startMs, verifiedAtMs: startMs, verdicts: [] }], nowMs: startMs + days * day }),
    { verdicts, lnHarm: -1 },
  );

/** ln(100): proof at alpha 1 %. */
const proof = 4.61;

describe('ab', () => {
  test('holds the split while nobody has won', () => expect(after(3, [verdict(4.5)])).toMatchObject({ answer: 'wait' }));

  test('promotes a canary that is proved to be better, not before its least time', () => {
    expect(after(0.9, [verdict(proof, 'successful')])).toMatchObject({ answer: 'wait' });
    expect(after(1.1, [verdict(proof, 'successful')])).toMatchObject({ answer: 'passed' });
    expect(after(1.1, [verdict(proof, 'successful')], { until: 'time' })).toMatchObject({ answer: 'wait' });
    expect(after(7, [verdict(proof, 'successful')], { until: 'time' })).toMatchObject({ answer: 'passed' });
  });

  test('shares the error of a false winner between the gates that can tell one: ln(200) where two compare', () => {
    const second = (lnBetter: number | undefined): GateVerdict => ({ ...verdict(lnBetter, 'successful'), path: 'gates[1]' });
    expect(after(2, [verdict(proof, 'successful'), second(0)])).toMatchObject({ answer: 'wait' });
    expect(after(2, [verdict(5.3, 'successful'), second(0)])).toMatchObject({ answer: 'passed' });
    expect(after(2, [verdict(proof, 'successful'), second(undefined)])).toMatchObject({ answer: 'passed' });
  });

  test('counts no pause into its time: nothing is decided in it', () => {
    const steps = [{ canaryPercent: 50, requestedAtMs: startMs, verifiedAtMs: startMs, verdicts: [] }];
    const held = (heldMs: number) =>
      ab.judge?.(spec(), soFar(0, { steps, nowMs: startMs + 9 * day, heldMs }), { verdicts: [verdict(0)], lnHarm: -1 });
    expect(held(3 * day)).toMatchObject({ answer: 'wait' });
    expect(held(day)).toMatchObject({ answer: 'failed', reason: 'stable-kept' });
  });

  test('promotes no canary that is better in one thing and unclear in another', () => {
    const unclear: GateVerdict = { gate: 'alarm', path: 'gates[1]', result: 'inconclusive', reason: 'no-data', evidence: {} };
    expect(after(2, [verdict(proof, 'successful'), unclear])).toMatchObject({ answer: 'wait' });
    expect(after(2, [verdict(proof, 'successful'), { ...verdict(0), path: 'gates[1]' }])).toMatchObject({ answer: 'wait' });
    expect(after(2, [verdict(proof, 'successful'), { ...unclear, observed: true }])).toMatchObject({ answer: 'passed' });
  });

  test('keeps stable where nobody has won in time, or promotes where the delivery says so and every gate is successful', () => {
    expect(after(7, [verdict(1, 'successful')])).toMatchObject({ answer: 'failed', reason: 'stable-kept' });
    expect(after(7, [verdict(1, 'successful')], { otherwise: 'promote' })).toMatchObject({ answer: 'passed' });
    expect(after(7, [verdict(1)], { otherwise: 'promote' })).toMatchObject({ answer: 'failed', reason: 'stable-kept' });
  });

  test('refuses a least time that is longer than its time', () =>
    expect(z.safeParse(ab.spec, { type: 'ab', for: '1d', atLeast: '2d' }).error?.issues).toMatchObject([{ path: ['atLeast'] }]));
});

describe('the JavaScript client of its page', () => {
  test.each(splits.map((split) => [split.map(({ DesiredWeight }) => DesiredWeight).join(' / '), split] as const))(
    'gives variants the share of their weights: %s',
    async (_weights, split) => {
      const variantFor = await javaScriptClient();
      const count = 100_000;
      const total = split.reduce((sum, { DesiredWeight }) => sum + DesiredWeight, 0);
      const got = new Map<string, number>();
      for (const user of users(count)) {
        const variant = variantFor(user, split, 'churn-7');
        got.set(variant, (got.get(variant) ?? 0) + 1);
      }
      for (const { VariantName, DesiredWeight } of split) {
        const share = DesiredWeight / total;
        expect(Math.abs((got.get(VariantName) ?? 0) / count - share)).toBeLessThanOrEqual(4 * Math.sqrt((share * (1 - share)) / count));
      }
    },
  );

  test('keeps a user where it was, and moves only as many as the weights do', async () => {
    const variantFor = await javaScriptClient();
    const at = (canary: number) => [
      { VariantName: 'churn-a', DesiredWeight: 100 - canary },
      { VariantName: 'churn-b', DesiredWeight: canary },
    ];
    for (const user of users(2000)) {
      const before = variantFor(user, at(10), 'churn-7');
      expect(variantFor(user, at(10), 'churn-7')).toBe(before);
      // Whoever had the canary at 10 % has it at 30 %.
      if (before === 'churn-b') expect(variantFor(user, at(30), 'churn-7')).toBe('churn-b');
    }
  });
});
