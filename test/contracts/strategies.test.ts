import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { toDuration } from '../../src/rollout/duration.ts';
import { DeliverySpec } from '../../src/rollout/spec.ts';
import { strategies, strategyOf } from '../../src/strategies/registry.ts';
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
  'all-at-once': bake.map((each) => ({ type: 'all-at-once', bake: each })),
};

describe.each(strategies.map(({ type }) => [type, `strategies/${type}.md`] as const))('strategy %s', (type, page) => {
  const anySpec = () => specs[type] ?? fc.constant(undefined);
  const parsed = (strategy: unknown) => z.parse(DeliverySpec, deliveryWith({ strategy })).strategy;

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

  test('does what its plan shows, step by step, and then promotes', () => {
    fc.assert(
      fc.property(anySpec(), (written) => {
        const spec = parsed(written);
        const strategy = strategyOf(spec);
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
    const refused = z.safeParse(DeliverySpec, deliveryWith({ strategy: { ...written, somethingElse: 1 } }));
    expect(refused.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['somethingElse'], path: ['strategy'] }]);
  });
});
