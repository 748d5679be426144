import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { toDuration } from '../../src/rollout/duration.ts';
import { DeliverySpec } from '../../src/rollout/spec.ts';
import type { GateVerdict, Sequential } from '../../src/rollout/verdict.ts';
import { type StrategySpec, strategies, strategyOf } from '../../src/strategies/registry.ts';
import type { SoFar } from '../../src/strategies/strategy.ts';
import { soFar } from '../strategies/so-far.ts';
import { deliveryWith, exampleOf, hasPage } from './documents.ts';

const bake = fc.integer({ min: 240, max: 86_400 }).map(toDuration);
const rising = fc
  .uniqueArray(fc.double({ min: 0.001, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 })
  .map((percents) => percents.toSorted((a, b) => a - b));

/** Specs of every strategy: one that is added without is named by the first test. */
const specs: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  canary: fc
    .tuple(rising, bake)
    .map(([percents, each]) => ({ type: 'canary', steps: percents.map((canaryPercent) => ({ canaryPercent, bake: each })) })),
  linear: fc
    .tuple(fc.double({ min: 1, max: 100, noNaN: true }), fc.option(fc.double({ min: 0.01, max: 100, noNaN: true }), { nil: undefined }), bake)
    .map(([stepPercent, startPercent, each]) => ({ type: 'linear', stepPercent, ...(startPercent !== undefined && { startPercent }), bake: each })),
  ab: fc
    .record({
      canaryPercent: fc.double({ min: 1, max: 99, noNaN: true }),
      for: bake,
      until: fc.constantFrom('evidence', 'time'),
      otherwise: fc.constantFrom('keep', 'promote'),
    })
    .map((fields) => ({ type: 'ab', ...fields })),
  adaptive: fc
    .record({
      harmBudget: fc.double({ min: 1, max: 1000, noNaN: true }),
      startPercent: fc.double({ min: 0.1, max: 10, noNaN: true }),
      holdPercent: fc.double({ min: 10, max: 90, noNaN: true }),
      finalPercent: fc.double({ min: 91, max: 99, noNaN: true }),
    })
    .map((fields) => ({ type: 'adaptive', ...fields })),
  'all-at-once': bake.map((each) => ({ type: 'all-at-once', bake: each })),
};

/** What a comparing gate may say in a row of periods, in any order. */
const evidence = fc.array(
  fc.record({
    lnHarm: fc.double({ min: -3, max: 4, noNaN: true }),
    lnNotWorse: fc.double({ min: -5, max: 5, noNaN: true }),
    excessBound: fc.double({ min: 0, max: 1, noNaN: true }),
    excess: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
    requests: fc.integer({ min: 0, max: 100_000 }),
    requestsPerSecond: fc.double({ min: 0, max: 5000, noNaN: true }),
    unwell: fc.boolean(),
    silent: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** A rollout whose gate says these things over and over, one a period, for up to eight hours. */
function walk(
  spec: StrategySpec,
  seen: readonly Omit<Sequential, 'alpha' | 'beta' | 'cost' | 'margin'>[],
): { percents: number[]; promoted: boolean } {
  const strategy = strategyOf(spec);
  let steps: SoFar['steps'] = [];
  let passed = 0;
  for (let period = 0; period < 480; period += 1) {
    const nowMs = period * 60_000;
    const about = soFar(passed, { steps, nowMs });
    const last = steps.at(-1);
    const verdict: GateVerdict = {
      gate: 'error-rate',
      path: 'gates[0]',
      result: 'inconclusive',
      reason: 'undecided',
      evidence: {},
      sequential: { alpha: 0.01, beta: 0.05, cost: 1, margin: 0.01, ...(seen[period % seen.length] as (typeof seen)[number]) }, // There is at least one.
    };
    if (last) {
      const judged = strategy.judge?.(spec, about, { verdicts: [verdict], lnHarm: verdict.sequential?.lnHarm ?? 0 });
      if (judged?.answer === 'failed') break;
      if (judged?.answer !== 'passed') continue;
      steps = [...steps.slice(0, -1), { ...last, passedAtMs: nowMs, verdicts: judged.verdicts ?? [verdict] }];
      passed += 1;
    }
    const decision = strategy.next(spec, { ...about, steps, passed });
    if (decision.decision === 'promote') return { percents: steps.map(({ canaryPercent }) => canaryPercent), promoted: true };
    steps = [...steps, { ...decision.step, requestedAtMs: nowMs, verifiedAtMs: nowMs + 30_000, verdicts: [] }];
  }
  return { percents: steps.map(({ canaryPercent }) => canaryPercent), promoted: false };
}

describe.each(strategies.map(({ type }) => [type, `strategies/${type}.md`] as const))('strategy %s', (type, page) => {
  const anySpec = () => specs[type] ?? fc.constant(undefined);
  const parsed = (strategy: unknown) => z.parse(DeliverySpec, deliveryWith({ strategy, gates: [{ type: 'error-rate', ceiling: 0.5 }] })).strategy;

  test('is put to the test here', () => expect(specs[type], `add specs of ${type} to this file`).toBeDefined());

  test('never lowers traffic and ends at exactly 100 percent', () => {
    fc.assert(
      fc.property(anySpec(), (written) => {
        const spec = parsed(written);
        const percents = strategyOf(spec)
          .plan(spec)
          .map(({ canaryPercent }) => canaryPercent);
        expect(percents.at(-1)).toBe(100);
        expect(percents).toEqual(percents.toSorted((a, b) => a - b));
        expect(new Set(percents).size).toBe(percents.length);
        expect(Math.min(...percents)).toBeGreaterThan(0);
      }),
    );
  });

  test('does what its plan shows, step by step, and then promotes; or, by evidence, never lowers traffic and promotes from 100 percent', () => {
    fc.assert(
      fc.property(anySpec(), evidence, (written, seen) => {
        const spec = parsed(written);
        const strategy = strategyOf(spec);
        if (strategy.judge) {
          const { percents, promoted } = walk(spec, seen);
          expect(percents).toEqual(percents.toSorted((a, b) => a - b));
          expect(Math.max(...percents)).toBeLessThanOrEqual(100);
          if (promoted) expect(percents.at(-1)).toBe(100);
          return;
        }
        const plan = strategy.plan(spec);
        plan.forEach((step, index) => expect(strategy.next(spec, soFar(index))).toEqual({ decision: 'step', index, step }));
        expect(strategy.next(spec, soFar(plan.length))).toEqual({ decision: 'promote' });
      }),
    );
  });

  test('bakes every step long enough to hold evidence', () => {
    fc.assert(
      fc.property(anySpec(), (written) => {
        const spec = parsed(written);
        // One that goes by the evidence waits for it by itself.
        if (strategyOf(spec).judge) return;
        for (const { bakeSeconds } of strategyOf(spec).plan(spec)) expect(bakeSeconds).toBeGreaterThanOrEqual(240);
      }),
    );
  });

  test('has a page whose example is a delivery’s', () => {
    expect(hasPage(page), `docs/${page} is missing: one question, one example, defaults and units in a table`).toBe(true);
    expect(parsed(exampleOf(page)['strategy']).type).toBe(type);
  });

  test('refuses a field it does not know', () => {
    const written = exampleOf(page)['strategy'] as Record<string, unknown>; // The page's example, read above.
    const refused = z.safeParse(
      DeliverySpec,
      deliveryWith({ strategy: { ...written, somethingElse: 1 }, gates: [{ type: 'error-rate', ceiling: 0.5 }] }),
    );
    expect(refused.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['somethingElse'], path: ['strategy'] }]);
  });
});
