import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { allAtOnce } from '../../src/strategies/all-at-once.ts';
import { soFar } from './so-far.ts';

describe('all-at-once', () => {
  const spec = z.parse(allAtOnce.spec, { type: 'all-at-once', bake: '15m' });

  test('is one step to 100 percent, then the promotion', () => {
    expect(allAtOnce.plan(spec)).toEqual([{ canaryPercent: 100, bakeSeconds: 900 }]);
    expect(allAtOnce.next(spec, soFar(0))).toEqual({ decision: 'step', index: 0, step: { canaryPercent: 100, bakeSeconds: 900 } });
    expect(allAtOnce.next(spec, soFar(1))).toEqual({ decision: 'promote' });
  });

  test('has a bake of its own: no default decides how long all traffic is watched', () => {
    expect(z.safeParse(allAtOnce.spec, { type: 'all-at-once' }).success).toBe(false);
  });
});
