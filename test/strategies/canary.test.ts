import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { canary } from '../../src/strategies/canary.ts';
import { soFar } from './so-far.ts';

const parse = (...percents: number[]) =>
  z.safeParse(canary.spec, { type: 'canary', steps: percents.map((canaryPercent) => ({ canaryPercent, bake: '6m' })) });
const plan = (...percents: number[]) =>
  canary.plan(z.parse(canary.spec, { type: 'canary', steps: percents.map((canaryPercent) => ({ canaryPercent, bake: '6m' })) }));

describe('canary', () => {
  test('takes the percentages as written, each with its own bake', () => {
    const spec = z.parse(canary.spec, {
      type: 'canary',
      steps: [
        { canaryPercent: 0.5, bake: '10m' },
        { canaryPercent: 100, bake: '5m' },
      ],
    });
    expect(canary.plan(spec)).toEqual([
      { canaryPercent: 0.5, bakeSeconds: 600 },
      { canaryPercent: 100, bakeSeconds: 300 },
    ]);
  });

  test('ends at 100 percent with the last bake where no step says so', () => {
    expect(plan(10, 50)).toEqual([10, 50, 100].map((canaryPercent) => ({ canaryPercent, bakeSeconds: 360 })));
    expect(plan(100)).toEqual([{ canaryPercent: 100, bakeSeconds: 360 }]);
  });

  test('promotes after its last step', () => {
    const spec = z.parse(canary.spec, { type: 'canary', steps: [{ canaryPercent: 10, bake: '6m' }] });
    expect([0, 1, 2].map((passed) => canary.next(spec, soFar(passed)))).toEqual([
      { decision: 'step', index: 0, step: { canaryPercent: 10, bakeSeconds: 360 } },
      { decision: 'step', index: 1, step: { canaryPercent: 100, bakeSeconds: 360 } },
      { decision: 'promote' },
    ]);
  });

  test.each([
    [[10, 10], 'steps.1.canaryPercent'],
    [[50, 10, 60, 20], 'steps.1.canaryPercent,steps.3.canaryPercent'],
    [[0], 'steps.0.canaryPercent'],
    [[101], 'steps.0.canaryPercent'],
    [[], 'steps'],
  ])('refuses %j', (percents, at) => {
    expect(
      parse(...percents)
        .error?.issues.map(({ path }) => path.join('.'))
        .join(','),
    ).toBe(at);
  });
});
