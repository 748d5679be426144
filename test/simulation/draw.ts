import type { Random } from '../../src/emulator/random.ts';

/** One of some choices, by their weights. @param name of the draw: what one part draws never moves another's */
export const pick = <T>(random: Random, name: string, choices: readonly (readonly [choice: T, weight: number])[]): T => {
  const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random.uniform(name) * total;
  for (const [choice, weight] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  const last = choices.at(-1);
  if (!last) throw new Error(`Nothing to pick for "${name}"`);
  return last[0];
};
export const whole = (random: Random, name: string, low: number, high: number): number => low + Math.floor(random.uniform(name) * (high - low + 1));
