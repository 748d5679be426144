import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { GateVerdict, Sequential } from '../../src/rollout/verdict.ts';
import { adaptive } from '../../src/strategies/adaptive.ts';
import type { OnInconclusive, SoFar } from '../../src/strategies/strategy.ts';
import { soFar } from './so-far.ts';

const startMs = Date.parse('2026-11-22T12:00:00Z');
const spec = (fields: Readonly<Record<string, unknown>> = {}) => z.parse(adaptive.spec, { type: 'adaptive', ...fields });

const verdict = (sequential: Partial<Sequential> = {}, overrides: Partial<GateVerdict> = {}): GateVerdict => ({
  gate: 'error-rate',
  path: 'gates[0]',
  result: 'inconclusive',
  reason: 'undecided',
  evidence: {},
  sequential: {
    lnHarm: -1,
    lnNotWorse: 0,
    alpha: 0.01,
    beta: 0.05,
    excessBound: 0.1,
    cost: 1,
    excess: 0,
    margin: 0.0025,
    requests: 500,
    requestsPerSecond: 100,
    unwell: false,
    silent: false,
    ...sequential,
  },
  ...overrides,
});

/** A canary at so many percent, asked so many seconds after its weight was verified; 30 s from asking to verifying, metrics of ten seconds. */
const at = (canaryPercent: number, seconds: number, { verdicts = [] as readonly GateVerdict[], rolloutSeconds = seconds } = {}): SoFar => ({
  ...soFar(1, {
    steps: [
      {
        canaryPercent: Math.min(0.5, canaryPercent),
        requestedAtMs: startMs - (rolloutSeconds + 30) * 1000,
        verifiedAtMs: startMs - rolloutSeconds * 1000,
        verdicts: [],
      },
      { canaryPercent, requestedAtMs: startMs - (seconds + 30) * 1000, verifiedAtMs: startMs - seconds * 1000, verdicts },
    ],
    nowMs: startMs,
  }),
  periodSeconds: 10,
  settlingSeconds: 20,
});
const judge = (
  about: SoFar,
  verdicts: readonly GateVerdict[],
  fields: Readonly<Record<string, unknown>> = {},
  lnHarm = -1,
  onInconclusive?: OnInconclusive,
) => adaptive.judge?.(spec(fields), about, { verdicts, lnHarm, ...(onInconclusive && { onInconclusive }) });
const nextPercent = (about: SoFar, fields: Readonly<Record<string, unknown>> = {}) => {
  const decision = adaptive.next(spec(fields), about);
  return decision.decision === 'step' ? decision.step.canaryPercent : decision.decision;
};

describe('adaptive', () => {
  test('starts small, whatever it does not know', () => expect(nextPercent(soFar(0))).toBe(0.5));

  test('chooses the weight at which the worst that is not excluded costs the budget: percent = 100 B / (rate * reaction * bound)', () => {
    // 100 requests a second, reaction 5 + 20 + 30 s, at worst 10 % more bad requests: 50 / (100 * 55 * 0.1) = 9.09 %.
    expect(nextPercent(at(3, 100, { verdicts: [verdict()] }))).toBeCloseTo(9.09, 2);
    expect(nextPercent(at(3, 100, { verdicts: [verdict()] }), { harmBudget: 25 })).toBeCloseTo(4.545, 2);
    // A slow request costs 0.3 of a failed one; the dearer of the two counts.
    expect(nextPercent(at(3, 100, { verdicts: [verdict({ excessBound: 0.05 }), verdict({ excessBound: 0.2, cost: 0.3 })] }))).toBeCloseTo(15.15, 2);
  });

  test('raises by eight at most, and by two past a quarter', () => {
    const sure = [verdict({ excessBound: 0 })];
    expect(nextPercent(at(1, 100, { verdicts: sure }))).toBe(8);
    expect(nextPercent(at(4, 100, { verdicts: sure }))).toBe(25);
    expect(nextPercent(at(20, 100, { verdicts: sure }), { holdPercent: 60 })).toBe(40);
    expect(nextPercent(at(25, 100, { verdicts: sure }))).toBe(50);
  });

  test('goes up to its blind weight where hardly anybody asks, before the canary has answered at all', () => {
    const few = [verdict({ requests: 0, requestsPerSecond: 2, excessBound: 1 })];
    // Half the budget: 25 / (2 * 55) is 23 %, cut off at 5 %, eight times 0.5 %.
    expect(nextPercent(at(0.5, 60, { verdicts: few }))).toBe(4);
    expect(nextPercent(at(4, 60, { verdicts: few }))).toBe(5);
  });

  test('waits while anything is in doubt', () => {
    const good = verdict({ excessBound: 0.001 });
    expect(judge(at(3, 100), [good])).toMatchObject({ answer: 'passed' });
    expect(judge(at(3, 100), [good], {}, 0.8)).toMatchObject({ answer: 'wait' });
    expect(judge(at(3, 100), [verdict({ excessBound: 0.001, unwell: true })])).toMatchObject({ answer: 'wait' });
    expect(judge(at(3, 100), [verdict({ excessBound: 0.001, silent: true })])).toMatchObject({ answer: 'wait' });
    expect(judge(at(3, 20), [good])).toMatchObject({ answer: 'wait' });
    const alarm: GateVerdict = { gate: 'alarm', path: 'gates[1]', result: 'inconclusive', reason: 'no-data', evidence: {} };
    expect(judge(at(3, 100), [good, alarm])).toMatchObject({ answer: 'wait' });
    expect(judge(at(3, 100), [good, { ...alarm, observed: true }])).toMatchObject({ answer: 'passed' });
    expect(judge(at(3, 100), [good, { ...alarm, result: 'successful' }])).toMatchObject({ answer: 'passed' });
    // Evidence that can't be read is none.
    expect(judge(at(3, 100), [{ gate: 'error-rate', path: 'gates[0]', result: 'inconclusive', reason: 'unreadable', evidence: {} }])).toMatchObject({
      answer: 'wait',
    });
  });

  test('says why it raises: the bound, the weight, the budget', () => {
    const decision = judge(at(3, 100), [verdict({ excessBound: 0.01 })]);
    expect(decision).toMatchObject({
      answer: 'passed',
      verdicts: [{ result: 'successful', reason: 'harm-bounded', evidence: { nextPercent: 24, harmBudget: 50, excessBounds: [0.01] } }],
    });
  });

  test('leaves the even split with a proof, not before its minimum hold', () => {
    const proved = verdict({ lnNotWorse: 3 }, { result: 'successful', reason: 'not-worse' });
    expect(judge(at(50, 59), [proved])).toMatchObject({ answer: 'wait' });
    expect(judge(at(50, 61), [proved])).toMatchObject({ answer: 'passed' });
    expect(judge(at(50, 61), [proved, verdict({ lnNotWorse: 2.9 })])).toMatchObject({ answer: 'wait' });
    expect(nextPercent(at(50, 61, { verdicts: [proved] }))).toBe(95);
  });

  test('goes on without a proof after half an hour only where no harm was seen, and says by what bound; never where strict', () => {
    const open = verdict({ lnHarm: 0.3, excess: 0.001, excessBound: 0.004 });
    const late = at(50, 1500, { rolloutSeconds: 1801 });
    expect(judge(at(50, 1500, { rolloutSeconds: 1799 }), [open], {}, 0.3)).toMatchObject({ answer: 'wait' });
    expect(judge(late, [open], {}, 0.3)).toMatchObject({
      answer: 'passed',
      verdicts: [{ result: 'successful', reason: 'no-harm-seen', evidence: { excessBounds: [0.004] } }],
    });
    expect(judge(late, [open], { strict: true }, 0.3)).toMatchObject({ answer: 'wait' });
    expect(judge(late, [verdict({ excess: 0.003 })], {}, 0.3)).toMatchObject({ answer: 'wait' });
    expect(judge(late, [verdict({ requests: 9 })], {}, 0.3)).toMatchObject({ answer: 'wait' });
  });

  test('rolls back what an hour has not decided', () =>
    expect(judge(at(50, 3000, { rolloutSeconds: 3600 }), [verdict({ excess: 0.01 })])).toMatchObject({ answer: 'failed', reason: 'no-evidence' }));

  test('does at its deadline what the delivery says, and never goes on blindly from a weight short of the hold', () => {
    const open = [verdict({ excess: 0.01 })];
    const late = at(50, 3000, { rolloutSeconds: 3600 });
    const later = at(50, 6600, { rolloutSeconds: 7200 });
    expect(judge(late, open, {}, -1, 'extend')).toMatchObject({ answer: 'wait' });
    expect(judge(later, open, {}, -1, 'extend')).toMatchObject({ answer: 'failed', reason: 'no-evidence' });
    expect(judge(later, open, {}, -1, 'hold')).toMatchObject({ answer: 'hold', text: expect.stringContaining('in 1h') as string });
    // Evidence that comes while somebody was called lets it go on by itself.
    expect(judge(later, [verdict({ lnNotWorse: 3.1 })], {}, -1, 'hold')).toMatchObject({ answer: 'passed' });
    expect(judge(late, open, {}, -1, 'promote')).toMatchObject({ answer: 'passed', text: expect.stringContaining('onInconclusive') as string });
    expect(judge(at(3, 3000, { rolloutSeconds: 3600 }), open, {}, 5, 'promote')).toMatchObject({ answer: 'failed', reason: 'no-evidence' });
  });

  test('counts no pause into its deadline: hours of it undo nothing, and are no hours without harm', () => {
    const paused = { ...at(50, 10_000, { rolloutSeconds: 10_400 }), heldMs: 9_000_000 };
    expect(judge(paused, [verdict({ excess: 0.01 })])).toMatchObject({ answer: 'wait' });
    expect(judge(paused, [verdict({ excessBound: 0.004 })])).toMatchObject({ answer: 'wait' });
    expect(judge({ ...paused, heldMs: 6_800_000 }, [verdict({ excess: 0.01 })])).toMatchObject({ answer: 'failed', reason: 'no-evidence' });
    const slice = { ...at(95, 12_000), heldMs: 9_000_000 };
    expect(judge(slice, [verdict()], {}, 1)).toMatchObject({ answer: 'wait' });
  });

  test('leaves the hold for the control slice whatever its gates say by the time the endpoint takes the call', () =>
    expect(nextPercent(at(40, 100, { verdicts: [verdict({}, { result: 'successful', reason: 'harm-bounded' })] }))).toBe(95));

  test('never leaves a weight near its hold without a proof, however cheap the rest of the way is', () => {
    const cheap = [verdict({ excessBound: 0 })];
    expect(judge(at(37.5, 100), cheap)).toMatchObject({ answer: 'wait' });
    expect(judge(at(37.4, 100), cheap)).toMatchObject({ answer: 'passed' });
  });

  test('keeps its control slice for the bake, then gives it up; in doubt it keeps it, and undoes in the end', () => {
    expect(judge(at(95, 1799), [verdict()])).toMatchObject({ answer: 'wait' });
    expect(judge(at(95, 1801), [verdict()])).toMatchObject({ answer: 'passed' });
    expect(judge(at(95, 1801), [verdict()], {}, 1)).toMatchObject({ answer: 'wait' });
    expect(judge(at(95, 5401), [verdict()], {}, 1)).toMatchObject({ answer: 'failed', reason: 'no-evidence' });
    expect(nextPercent(at(95, 1801, { verdicts: [verdict()] }))).toBe(100);
    expect(nextPercent(at(100, 1, { verdicts: [verdict()] }))).toBe('promote');
  });

  test('goes to all of the traffic at once where a person wants that', () => expect(nextPercent({ ...at(3, 10), skipRest: true })).toBe(100));

  test.each([
    [{ startPercent: 60 }, 'holdPercent'],
    [{ holdPercent: 90, finalPercent: 80 }, 'holdPercent'],
    [{ noHarmAfter: '2h' }, 'deadline'],
    [{ harmBudget: 0 }, 'harmBudget'],
  ])('refuses %j', (fields, path) => expect(z.safeParse(adaptive.spec, { type: 'adaptive', ...fields }).error?.issues[0]?.path[0]).toBe(path));
});
