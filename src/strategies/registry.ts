import * as z from 'zod/mini';
import { ab } from './ab.ts';
import { adaptive } from './adaptive.ts';
import { allAtOnce } from './all-at-once.ts';
import { canary } from './canary.ts';
import { linear } from './linear.ts';
import type { Strategy } from './strategy.ts';

/** Every strategy there is, once. The spec's union and the docs index derive from this list. */
export const strategies = [canary, linear, allAtOnce, adaptive, ab] as const;

export const StrategySpec = z.discriminatedUnion('type', [canary.spec, linear.spec, allAtOnce.spec, adaptive.spec, ab.spec]);
export type StrategySpec = z.output<typeof StrategySpec>;

/** The strategy a parsed spec names. Its methods take that very spec: the discriminated union has checked it. */
export function strategyOf(spec: StrategySpec): Strategy<string, z.ZodMiniType> {
  const strategy = strategies.find((candidate) => candidate.type === spec.type);
  if (!strategy) throw new Error(`No strategy of type "${spec.type}" is registered`);
  return strategy;
}
