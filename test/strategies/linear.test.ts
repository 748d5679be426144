import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { linear } from '../../src/strategies/linear.ts';

const percents = (fields: Readonly<Record<string, unknown>>) =>
  linear.plan(z.parse(linear.spec, { type: 'linear', bake: '5m', ...fields })).map(({ canaryPercent }) => canaryPercent);

test.each([
  [{ stepPercent: 20 }, [20, 40, 60, 80, 100]],
  [{ stepPercent: 30 }, [30, 60, 90, 100]],
  [{ stepPercent: 25, startPercent: 1 }, [1, 26, 51, 76, 100]],
  [{ stepPercent: 100 }, [100]],
  [{ stepPercent: 50, startPercent: 100 }, [100]],
])('linear() raises %j evenly and is cut off at 100', (fields, expected) => expect(percents(fields)).toEqual(expected));

test('linear() counts steps and does not add them up: a tenth more ten times ends at 100 once', () =>
  expect(percents({ stepPercent: 33.3 }).filter((percent) => percent > 99)).toEqual([99.9, 100]));

test('linear() asks a person before all of the traffic, and nowhere else', () => {
  const plan = linear.plan(z.parse(linear.spec, { type: 'linear', bake: '5m', stepPercent: 50, approval: {} }));
  expect(plan.map(({ approval }) => approval !== undefined)).toEqual([false, true]);
});
