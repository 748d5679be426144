import { describe, expect, it } from 'vitest';
import { scenarios as benchmark } from '../../bench/gates/scenarios.ts';
import type { Chance } from '../../src/rehearsal/chance.ts';
import { chanceOf } from '../../src/rehearsal/chance.ts';
import { builtIns } from '../../src/rehearsal/scenarios.ts';
import { sourceOf } from '../../src/rehearsal/source.ts';
import { scenario } from './fixture.ts';

/** Draws that are their own expectation: what is left of a world without chance. */
const expected: Chance = { ...chanceOf(1, 1), poisson: (mean) => mean, gamma: () => 1 };

describe('builtIns', () => {
  it('are the worlds of the public benchmark, by number', () => {
    expect(builtIns.map(({ id, good }) => [id, good ?? false])).toEqual(benchmark.map(({ id, good }) => [id, good]));
  });

  it('have names of their own', () => expect(new Set(builtIns.map(({ name }) => name)).size).toBe(builtIns.length));

  it.each(benchmark)('$id has the traffic and the rates of the benchmark: $says', (world) => {
    const source = sourceOf(scenario(world.id), { edgesMs: [300], fine: false });
    const slow = sourceOf(scenario('S01'), { edgesMs: [300], fine: false });
    for (const tick of [0, 1, 2, 8, 9, 23, 24, 53, 54, 59, 60, 200, 1439]) {
      expect(source.requests(tick, expected)).toBeCloseTo(world.traffic(tick) * 10, 8);
      for (const weight of [0.01, 0.2, 0.21, 0.5, 1]) {
        for (const age of [0, 1, 2, 8, 9, 59, 60, 500]) {
          const { stable, canary } = source.behave(tick, { ageSeconds: age * 10, share: weight }, expected);
          const base = world.base(tick, expected);
          expect(stable.errorRate).toBeCloseTo(base, 12);
          expect(canary.errorRate).toBeCloseTo(world.canary(base, age, weight), 12);
          const same = slow.behave(0, { ageSeconds: 0, share: 0 }, expected).stable.buckets[1] ?? 0;
          if (world.slower(age) === 1) expect(canary.buckets[1]).toBe(same);
          else expect(canary.buckets[1]).toBeGreaterThan(same);
        }
      }
    }
    expect(source.lostDatapoints).toBe(world.missing);
  });
});
