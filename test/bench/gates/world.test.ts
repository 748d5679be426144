import { describe, expect, it } from 'vitest';
import { chanceOf } from '../../../src/rehearsal/chance.ts';
import { slowOf } from '../../../bench/gates/latency.ts';
import { type Scenario, scenarios } from '../../../bench/gates/scenarios.ts';
import { sumOf, worldOf } from '../../../bench/gates/world.ts';

function scenario(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (!found) throw new Error(`There is no scenario "${id}"`);
  return found;
}

const playing = (id: string, ticks: number, weight: number, run = 0) => {
  const world = worldOf(scenario(id), 11, run);
  return Array.from({ length: ticks }, () => world.play(weight));
};

describe('scenarios', () => {
  it('are S01 to S13, the first five with a good canary', () => {
    expect(scenarios.map(({ id }) => id)).toEqual(Array.from({ length: 13 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`));
    expect(scenarios.filter(({ good }) => good).map(({ id }) => id)).toEqual(['S01', 'S02', 'S03', 'S04', 'S05']);
  });

  const draw = chanceOf(1, 1);
  it.each([
    // id, tick, age, weight: requests a second, stable's rate, canary's rate, latency times
    ['S01', 0, 0, 0.1, 100, 0.001, 0.001, 1],
    ['S02', 0, 0, 0.1, 2, 0.01, 0.01, 1],
    ['S03', 23, 20, 0.1, 100, 0.001, 0.001, 1],
    ['S03', 24, 21, 0.1, 100, 0.2, 0.2, 1],
    ['S03', 53, 50, 0.1, 100, 0.2, 0.2, 1],
    ['S03', 54, 51, 0.1, 100, 0.001, 0.001, 1],
    ['S05', 3, 1, 0.1, 100, 0.001, 0.03, 3],
    ['S05', 5, 2, 0.1, 100, 0.001, 0.001, 3],
    ['S05', 12, 9, 0.1, 100, 0.001, 0.001, 1],
    ['S06', 3, 0, 0.1, 100, 0.001, 1, 1],
    ['S07', 3, 0, 0.1, 100, 0.001, 0.051, 1],
    ['S08', 3, 0, 0.1, 100, 0.001, 0.01, 1],
    ['S09', 3, 0, 0.1, 500, 0.01, 0.02, 1],
    ['S10', 3, 0, 0.1, 100, 0.001, 0.001, 2],
    ['S11', 62, 59, 0.1, 100, 0.001, 0.001, 1],
    ['S11', 63, 60, 0.1, 100, 0.001, 0.02, 1],
    ['S12', 3, 0, 0.2, 100, 0.001, 0.001, 1],
    ['S12', 3, 0, 0.25, 100, 0.001, 0.1, 1],
    ['S13', 3, 0, 0.1, 2, 0.01, 1, 1],
  ])('%s in tick %d, at age %d and weight %d', (id, tick, age, weight, rps, stable, canary, slower) => {
    const { traffic, base, canary: rateOf, slower: slowerOf } = scenario(id);
    const rate = base(tick, draw);
    expect([traffic(tick), rate, rateOf(rate, age, weight), slowerOf(age)]).toEqual([rps, stable, canary, slower]);
  });

  it('S04 swings between 40 and 160 requests a second within an hour, its rate by a draw that both share', () => {
    const { traffic, base, canary } = scenario('S04');
    expect([0, 90, 180, 270].map((tick) => Math.round(traffic(tick)))).toEqual([100, 160, 100, 40]);
    const rates = Array.from({ length: 4000 }, (_, tick) => base(tick, draw));
    expect(rates.reduce((sum, rate) => sum + rate, 0) / 4000).toBeCloseTo(0.01, 3);
    expect(new Set(rates).size).toBeGreaterThan(3900);
    expect(canary(0.0123, 5, 0.3)).toBe(0.0123);
  });

  it('only S13 loses datapoints, only S10 is judged by latency', () => {
    expect(scenarios.filter(({ missing }) => missing > 0).map(({ id }) => id)).toEqual(['S13']);
    expect(scenarios.filter(({ harm }) => harm === 'slow').map(({ id }) => id)).toEqual(['S10']);
  });
});

describe('worldOf()', () => {
  it('is the same from the same seed and run, another one from another', () => {
    const story = (seed: number, run: number) => {
      const world = worldOf(scenario('S04'), seed, run);
      return JSON.stringify([world.before, Array.from({ length: 50 }, (_, tick) => world.play(tick < 20 ? 0.1 : 0.5))]);
    };
    expect(story(11, 4)).toBe(story(11, 4));
    expect(story(11, 5)).not.toBe(story(11, 4));
    expect(story(12, 4)).not.toBe(story(11, 4));
  });

  it('shows half an hour before the start in two halves alike', () => {
    const { before } = worldOf(scenario('S09'), 11, 0);
    expect(before).toHaveLength(180);
    const [first, second] = [sumOf(before.map(({ first }) => first)), sumOf(before.map(({ second }) => second))];
    expect(first.requests / (first.requests + second.requests)).toBeCloseTo(0.5, 2);
    expect((first.bad + second.bad) / (first.requests + second.requests)).toBeCloseTo(0.01, 3);
  });

  it('sends the canary its weight of the traffic, and tells what both did', () => {
    const ticks = playing('S07', 400, 0.25);
    const [canary, stable] = [sumOf(ticks.map(({ canary }) => canary)), sumOf(ticks.map(({ stable }) => stable))];
    expect((canary.requests + stable.requests) / 400).toBeCloseTo(1000, -1);
    expect(canary.requests / (canary.requests + stable.requests)).toBeCloseTo(0.25, 2);
    expect(canary.bad / canary.requests).toBeCloseTo(0.051, 2);
    expect(stable.bad / stable.requests).toBeCloseTo(0.001, 3);
    expect(ticks.map(({ seen }) => seen.tick)).toEqual(ticks.map((_, tick) => tick));
    expect(ticks.every(({ seen, canary, stable }) => seen.canary === canary && seen.stable === stable)).toBe(true);
  });

  it('lets the canary grow older only while it has traffic', () => {
    const world = worldOf(scenario('S05'), 11, 0);
    const rates = [0, 0, 0.1, 0.1, 0.1].map((weight) => world.play(weight).canaryRate);
    expect(rates.slice(2)).toEqual([0.03, 0.03, 0.001]);
  });

  it('loses a fifth of each variant’s datapoints in S13, one without the other', () => {
    const ticks = playing('S13', 3000, 0.5);
    const lost = (of: (seen: (typeof ticks)[number]['seen']) => boolean) => ticks.filter(({ seen }) => of(seen)).length / ticks.length;
    expect(lost((seen) => !seen.canary)).toBeCloseTo(0.2, 1);
    expect(lost((seen) => !seen.stable)).toBeCloseTo(0.2, 1);
    expect(lost((seen) => !seen.canary && !seen.stable)).toBeCloseTo(0.04, 1);
  });

  it.each([
    // Of 500 requests: 5 %; and P(Z > ln(300/200) / 0.5) = 20.87 % less 1.40 %.
    ['S07', 25],
    ['S10', 97.35],
    ['S01', 0],
  ])('%s has an excess of %d bad requests a tick at half of the traffic, looked at or not', (id, expected) => {
    const ticks = 600;
    const skimmed = worldOf(scenario(id), 12, 1);
    const totals = [
      playing(id, ticks, 0.5).reduce((sum, { excess }) => sum + excess, 0),
      Array.from({ length: ticks }, () => skimmed.skim(0.5)).reduce((sum, excess) => sum + excess, 0),
    ];
    for (const total of totals) expect(Math.abs(total / ticks - expected)).toBeLessThan(1.5);
  });

  it('counts slow requests as they are', () => {
    const canary = sumOf(playing('S10', 300, 0.5).map(({ canary }) => canary));
    expect(slowOf(canary) / canary.requests).toBeCloseTo(0.2087, 2);
  });
});
