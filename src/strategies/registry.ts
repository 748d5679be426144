import * as z from 'zod/mini';
import { adaptive } from './adaptive.ts';
import { allAtOnce } from './all-at-once.ts';
import { canary } from './canary.ts';
import type { Strategy } from './strategy.ts';

/** Every strategy there is, once. The spec's union and the docs index derive from this list. */
export const strategies = [canary, allAtOnce, adaptive] as const;

export const StrategySpec = z.discriminatedUnion('type', [canary.spec, allAtOnce.spec, adaptive.spec]);
export type StrategySpec = z.output<typeof StrategySpec>;

/** The strategy a parsed spec names. Its methods take that very spec: the discriminated union has checked it. */
export function strategyOf(spec: StrategySpec): Strategy<string, z.ZodMiniType> {
  const strategy = strategies.find((candidate) => candidate.type === spec.type);
  if (!strategy) throw new Error(`No strategy of type "${spec.type}" is registered`);
  return strategy;
}
