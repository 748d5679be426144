import * as z from 'zod/mini';
import type { Sequential } from '../rollout/verdict.ts';
import { type Comparison, type ComparisonRule, excessBound, lnNotWorseOf } from '../statistics/comparison.ts';
import type { GateContext } from './gate.ts';
import { isUnwell, silenceLimit, type Vigil } from './vigil.ts';

const Level = z.number().check(z.gt(0), z.maximum(0.5));
const Rate = z.number().check(z.minimum(0), z.maximum(1));

/**
 * What the spec of every gate says that compares counts of canary and stable.
 *
 * @param extra by how much the canary's rate may be above `margin.ratio` times stable's where nothing else is said, 0-1
 */
export const comparingFields = (extra: number) => ({
  alpha: z._default(Level, 0.01),
  beta: z._default(Level, 0.05),
  margin: z._default(z.strictObject({ ratio: z._default(z.number().check(z.minimum(1), z.maximum(100)), 1.5), extra: z._default(Rate, extra) }), {
    ratio: 1.5,
    extra,
  }),
  clusterSize: z.optional(z.number().check(z.minimum(1), z.maximum(1000))),
});

/** What such a gate remembered, if it is of today's form; undefined begins anew. */
export const memoryOf = ({ memory }: Pick<GateContext, 'memory'>): object | undefined =>
  typeof memory === 'object' && memory !== null && 'version' in memory && memory.version === 1 ? memory : undefined;

/** The share the canary was meant to have in a period, 0-1. */
export function shareAt(shifts: GateContext['shifts'], atMs: number): number {
  let share = 0;
  for (const { canaryPercent, verifiedAtMs } of shifts) if (verifiedAtMs <= atMs) share = canaryPercent / 100;
  return share;
}

/** Error of the bound on how many more of the canary's requests are bad. */
const boundGamma = 0.05;

/** Where a comparison stands, for strategies: all but the evidence of harm, which a gate may weigh from several. */
export function positionOf(
  comparison: Comparison,
  rule: Pick<ComparisonRule, 'margin' | 'usualRate'>,
  vigil: Vigil,
  { alpha, beta, cost }: Pick<Sequential, 'alpha' | 'beta' | 'cost'>,
): Omit<Sequential, 'lnHarm' | 'lnBetter'> {
  const { canaryRequests, canaryBad, expected } = comparison.total;
  const stableRate = canaryRequests > 0 ? expected / canaryRequests : 0;
  return {
    lnNotWorse: lnNotWorseOf(comparison),
    alpha,
    beta,
    excessBound: excessBound(comparison, boundGamma),
    cost,
    excess: canaryRequests > 0 ? (canaryBad - expected) / canaryRequests : 0,
    margin: (rule.margin.ratio - 1) * stableRate + rule.margin.extra,
    requests: canaryRequests,
    requestsPerSecond: vigil.requestsPerSecond,
    unwell: isUnwell(vigil, rule.usualRate),
    silent: vigil.silent >= silenceLimit(vigil),
  };
}
