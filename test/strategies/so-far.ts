import type { SoFar } from '../../src/strategies/strategy.ts';

/** Where a rollout stands after so many steps that passed. */
export const soFar = (passed: number, overrides: Partial<SoFar> = {}): SoFar => ({
  passed,
  steps: [],
  skipRest: false,
  nowMs: Date.parse('2026-11-22T12:00:00Z'),
  periodSeconds: 60,
  settlingSeconds: 120,
  ...overrides,
});
