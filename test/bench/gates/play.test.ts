import { describe, expect, it } from 'vitest';
import { play } from '../../../bench/gates/play.ts';
import type { Policy } from '../../../bench/gates/policy.ts';
import { type Scenario, scenarios } from '../../../bench/gates/scenarios.ts';
import type { Tick } from '../../../bench/gates/world.ts';

function scenario(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (!found) throw new Error(`There is no scenario "${id}"`);
  return found;
}

/** A policy that asks for these weights at the end of these ticks, and stops looking after `endsAt`. */
function scripted(asks: Readonly<Record<number, number>>, endsAt = Number.POSITIVE_INFINITY) {
  const told: { readonly seen: Tick; readonly before: number }[] = [];
  let decisions = 0;
  const policy: Policy = {
    name: 'scripted',
    says: 'what a test says',
    start: () => ({
      firstWeight: 0.1,
      get ended() {
        return decisions > endsAt;
      },
      see: (seen) => void told.push({ seen, before: decisions }),
      decide(now) {
        decisions += 1;
        return asks[now];
      },
    }),
  };
  return { policy, told };
}

describe('play()', () => {
  it('shows each tick once, two ticks after its end', () => {
    const { policy, told } = scripted({ 30: 0 });
    play(policy, scenario('S06'), 11, 0);
    expect(told.map(({ seen }) => seen.tick)).toEqual(told.map((_, index) => index));
    expect(told.every(({ seen, before }) => before === seen.tick + 2)).toBe(true);
  });

  it('puts the first weight in force from tick 3, others four ticks after they were asked for', () => {
    const { policy, told } = scripted({ 10: 0.5, 20: 0.75, 40: 0 });
    play(policy, scenario('S01'), 11, 0);
    const from = (weight: number) => told.find(({ seen }) => seen.weight === weight)?.seen.tick;
    expect([from(0), from(0.1), from(0.5), from(0.75)]).toEqual([0, 3, 14, 24]);
  });

  it('counts the harm of a rollback until the weight is 0', () => {
    // A decision after a minute at 10 % of 1,000 requests a tick: six ticks of 100.
    const { policy } = scripted({ 5: 0 });
    const outcomes = Array.from({ length: 40 }, (_, run) => play(policy, scenario('S06'), 11, run));
    expect(outcomes.every(({ rolledBack, secondsToDecision }) => rolledBack && secondsToDecision === 60)).toBe(true);
    const mean = outcomes.reduce((sum, { excess }) => sum + excess, 0) / outcomes.length;
    expect(Math.abs(mean - 600)).toBeLessThan(16);
    const information = outcomes.reduce((sum, outcome) => sum + (outcome.information ?? 0), 0) / outcomes.length;
    expect(Math.abs(information - 69.6)).toBeLessThan(2.5);
  });

  it('counts two weights on their way one after the other', () => {
    const { policy } = scripted({ 30: 1, 31: 0 });
    const { rolledBack, minutesTo95, weightChanges } = play(policy, scenario('S07'), 11, 0);
    // In force for tick 34 alone: 350 s after the start it has been.
    expect({ rolledBack, minutesTo95, weightChanges }).toEqual({ rolledBack: true, minutesTo95: 350 / 60, weightChanges: 2 });
  });

  it('counts a missed canary’s harm over four hours, looked at or not', () => {
    // 5 % of 1,000 requests, 100 of them in ticks 3-33, all from tick 34 on: 5 (31 * 0.1 + 1406) * 10.
    for (const endsAt of [31, Number.POSITIVE_INFINITY]) {
      const { policy } = scripted({ 30: 1 }, endsAt);
      const outcome = play(policy, scenario('S07'), 11, 3);
      expect(outcome).toMatchObject({ rolledBack: false, minutesTo95: 350 / 60, weightChanges: 1 });
      expect(outcome).not.toHaveProperty('secondsToDecision');
      expect(Math.abs(outcome.excess - 70_455)).toBeLessThan(1200);
    }
  });

  it('puts a weight in force that was asked for last', () => {
    const { policy } = scripted({ 30: 1 }, 30);
    expect(play(policy, scenario('S01'), 11, 0).minutesTo95).toBe(350 / 60);
  });

  it('gives the same outcome from the same seed and run', () => {
    const outcome = (seed: number, run: number) => play(scripted({ 200: 0 }).policy, scenario('S13'), seed, run);
    expect(outcome(11, 2)).toEqual(outcome(11, 2));
    expect(outcome(11, 3).excess).not.toBe(outcome(11, 2).excess);
  });

  it.each([
    [{ 7: 1.5 }, 'Policy "scripted" asks for weight 1.5 at tick 7, expected 0-1'],
    [{ 7: Number.NaN }, 'asks for weight NaN at tick 7, expected 0-1'],
    [{ 7: 0, 8: 0.5 }, 'asks for weight 0.5 at tick 8, after its rollback'],
  ])('refuses %j', (asks, message) => {
    expect(() => play(scripted(asks as Record<number, number>).policy, scenario('S01'), 11, 0)).toThrow(message);
  });
});
