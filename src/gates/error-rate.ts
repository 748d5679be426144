import * as z from 'zod/mini';
import { togetherShare } from '../rollout/weigh.ts';
import { failed, inconclusive, successful, type Verdict } from '../rollout/verdict.ts';
import { advanceComparison, beginComparison, type Comparison, type ComparisonRule, harmOf } from '../statistics/comparison.ts';
import { rolesChanged } from '../statistics/e-factor.ts';
import { advanceFixedRate, beginFixedRate } from '../statistics/fixed-rate.ts';
import { lnEvidence, lnMean, type Onset } from '../statistics/onset.ts';
import { upperRate } from '../statistics/rate-bound.ts';
import { standing } from './standing.ts';
import { comparingFields, memoryOf, positionOf, shareAt } from './comparing.ts';
import { common, defineGate, type GateContext } from './gate.ts';
import { type History, type Period, readHistory, readPeriods, usualRate } from './periods.ts';
import { beginVigil, isSilenced, keepVigil, silenceLimit, type Vigil } from './vigil.ts';

const Spec = z.strictObject({
  type: z.literal('error-rate'),
  ...common,
  /** `model`: whatever was no success (InvocationModelErrors). `5xx`: what the model answered itself (Invocation5XXErrors). */
  errors: z._default(z.enum(['model', '5xx', '4xx']), 'model'),
  ...comparingFields(0.0025),
  ceiling: z.optional(z.number().check(z.gt(0), z.lt(1))),
});
type Spec = z.output<typeof Spec>;

const metricOf = { model: 'InvocationModelErrors', '5xx': 'Invocation5XXErrors', '4xx': 'Invocation4XXErrors' } as const;

/** A new container's first half minute says nothing yet. */
const warmUpSeconds = 30;
const warmUpPeriods = (periodSeconds: number): number => Math.ceil(warmUpSeconds / periodSeconds);

/** How much worse than stable an error rate may be in each suspicion, and how soon it counts. */
const suspicionsAt = (periodSeconds: number): ComparisonRule['suspicions'] => [
  { tolerance: { ratio: 1, extra: 0 }, ratios: [1.5, 2.5, 5, 12, 60], weight: 5 / 6, warmUp: warmUpPeriods(periodSeconds) },
  // Far worse: live from the first request, because nothing that warms up fails every fifth time.
  { tolerance: { ratio: 1, extra: 0.2 }, ratios: [2, 4.5], weight: 1 / 6, warmUp: 0 },
];
/** What the canary's history test takes for good: three times stable's own rate, and a little. */
const historyLimit = (rate: number): number => 3 * rate + 0.001;

interface Memory {
  readonly version: 1;
  readonly throughMs: number;
  readonly comparison: Comparison;
  /** The same with the roles changed, where a winner is asked for. */
  readonly reverse?: Comparison;
  readonly vigil: Vigil;
  readonly history: History;
  /** Against stable's history: the canary, and stable itself, which has a veto. */
  readonly canaryGuard: Onset;
  readonly stableGuard: Onset;
  readonly canaryCeiling: Onset;
  readonly stableCeiling: Onset;
  /** The canary's requests and errors past its warm-up. */
  readonly alone: { readonly requests: number; readonly bad: number; readonly periods: number };
  /** Errors that came a period before their requests. */
  readonly carried: readonly [number, number];
  readonly lastShare: number;
}

// Nobody else writes it.
const remembered = (context: GateContext): Memory | undefined => memoryOf(context) as Memory | undefined;

interface Measurement {
  readonly periods: readonly Period[];
  readonly throughMs: number;
  /** Read at the first look only. */
  readonly history?: History;
}

const ruleOf = (spec: Spec, { periodSeconds }: GateContext, { requests, bad, clusterSizes }: History): ComparisonRule => ({
  suspicions: suspicionsAt(periodSeconds),
  margin: spec.margin,
  usualRate: usualRate(bad[0] ?? 0, requests),
  clusterSize: spec.clusterSize ?? clusterSizes[0] ?? 1,
  ...(periodSeconds < 60 && { capAt: togetherShare * spec.alpha }),
});

function advance(memory: Memory, period: Period, spec: Spec, context: GateContext, rule: ComparisonRule): Memory {
  const share = shareAt(context.shifts, period.atMs);
  const shifted = share !== memory.lastShare;
  const vigil = keepVigil(memory.vigil, period, share, context.periodSeconds);
  const { canary, stable } = period;
  const [canaryBad, canaryCarry] = within((canary?.bad[0] ?? 0) + memory.carried[0], canary?.requests ?? 0);
  const [stableBad, stableCarry] = within((stable?.bad[0] ?? 0) + memory.carried[1], stable?.requests ?? 0);
  const seen = canary !== undefined && canary.requests > 0;
  const warm = memory.alone.periods >= warmUpPeriods(context.periodSeconds);
  const next: Memory = {
    ...memory,
    vigil,
    lastShare: share,
    carried: [canaryCarry, stableCarry],
    ...(seen && {
      alone: {
        requests: memory.alone.requests + (warm ? canary.requests : 0),
        bad: memory.alone.bad + (warm ? canaryBad : 0),
        periods: memory.alone.periods + 1,
      },
    }),
    ...(seen &&
      warm &&
      spec.ceiling !== undefined && {
        canaryCeiling: advanceFixedRate(memory.canaryCeiling, canary.requests, canaryBad, spec.ceiling, rule.clusterSize, shifted),
        ...(stable && { stableCeiling: advanceFixedRate(memory.stableCeiling, stable.requests, stableBad, spec.ceiling, rule.clusterSize, shifted) }),
      }),
  };
  if (!seen) return next;
  if (!stable)
    return {
      ...next,
      comparison: advanceComparison(
        memory.comparison,
        { canaryRequests: canary.requests, canaryBad, stableRequests: 0, stableBad: 0 },
        rule,
        shifted,
      ),
    };
  const { total } = memory.comparison;
  const limit = historyLimit(usualRate((memory.history.bad[0] ?? 0) + total.stableBad, memory.history.requests + total.stableRequests));
  const counts = { canaryRequests: canary.requests, canaryBad, stableRequests: stable.requests, stableBad };
  return {
    ...next,
    comparison: advanceComparison(memory.comparison, counts, rule, shifted),
    ...(context.seeksWinner && {
      reverse: advanceComparison(memory.reverse ?? beginComparison(rule), rolesChanged(counts), rule, shifted),
    }),
    ...(warm && {
      canaryGuard: advanceFixedRate(memory.canaryGuard, canary.requests, canaryBad, limit, rule.clusterSize, shifted),
      stableGuard: advanceFixedRate(memory.stableGuard, stable.requests, stableBad, limit, rule.clusterSize, shifted),
    }),
  };
}

/** Counts that fit their requests, and what is left for the next period: errors may be published before their requests. */
const within = (bad: number, requests: number): [number, number] => [Math.min(bad, requests), Math.max(0, bad - requests)];

/**
 * Compares the canary's rate of failed requests with stable's, period by period, by an anytime-valid test.
 *
 * With a canary that is not worse, a rollout is ever rolled back with probability alpha at most, however often one looks, whatever the
 * traffic does, also where both variants suffer at once. It is successful once "worse than the margin" is refuted at level beta.
 */
export const errorRate = defineGate({
  type: 'error-rate',
  spec: Spec,
  evidenceShare: 0.6,
  async measure(spec, ports, context): Promise<Measurement> {
    const counts = [{ metricName: metricOf[spec.errors], statistic: 'Sum' }];
    const memory = remembered(context);
    const read = await readPeriods(counts, memory?.throughMs, context, ports);
    return memory || read.periods.length === 0 ? read : { ...read, history: await readHistory(counts, context, ports) };
  },
  judge({ periods, throughMs, history }, spec, context) {
    const before = remembered(context) ?? (history && beginMemory(throughMs, history, context));
    if (!before) return inconclusive('no-data', { errors: metricOf[spec.errors], from: new Date(throughMs).toISOString() });
    const rule = ruleOf(spec, context, before.history);
    const memory: Memory = { ...periods.reduce((state, period) => advance(state, period, spec, context, rule), before), throughMs };
    return { ...verdictOf(memory, spec, context, rule), memory };
  },
});

const beginMemory = (throughMs: number, history: History, { periodSeconds }: GateContext): Memory => ({
  version: 1,
  throughMs,
  comparison: beginComparison({ suspicions: suspicionsAt(periodSeconds) }),
  vigil: beginVigil(),
  history,
  canaryGuard: beginFixedRate(),
  stableGuard: beginFixedRate(),
  canaryCeiling: beginFixedRate(),
  stableCeiling: beginFixedRate(),
  alone: { requests: 0, bad: 0, periods: 0 },
  carried: [0, 0],
  lastShare: 0,
});

function verdictOf(memory: Memory, spec: Spec, context: GateContext, rule: ComparisonRule): Verdict {
  const { alone, vigil, comparison } = memory;
  const { total } = comparison;
  // The part of alpha that is not for the comparison, halved where two tests share it.
  const ownAlpha = ((1 - togetherShare) * spec.alpha) / (spec.ceiling === undefined ? 1 : 2);
  const evidence = {
    errors: metricOf[spec.errors],
    canary: { requests: total.canaryRequests, bad: total.canaryBad },
    stable: { requests: total.stableRequests, bad: total.stableBad },
    through: new Date(memory.throughMs).toISOString(),
    ...(rule.clusterSize > 1 && { clusterSize: rule.clusterSize }),
    ...(spec.ceiling !== undefined && { ceiling: spec.ceiling }),
  };
  if (spec.ceiling !== undefined && lnEvidence(memory.canaryCeiling) >= -Math.log(ownAlpha)) {
    const seen = { ...evidence, alone, lnEvidence: lnEvidence(memory.canaryCeiling) };
    return lnEvidence(memory.stableCeiling) >= Math.log(3) ? inconclusive('shared-outage', seen) : failed('over-ceiling', seen);
  }
  const compares = context.stable && context.shifts.some(({ canaryPercent }) => canaryPercent < 100);
  if (!context.stable || (!compares && spec.ceiling !== undefined)) return withoutStable(alone, spec, evidence);
  const silence = silenceLimit(vigil);
  if (isSilenced(vigil, silence))
    return failed('canary-silent', { ...evidence, silentPeriods: vigil.silent, limit: 3 * silence, requestsMissed: vigil.missed });
  const sequential = {
    lnHarm: lnMean(harmOf(comparison, rule)),
    ...(memory.reverse && { lnBetter: lnMean(harmOf(memory.reverse, rule)) }),
    ...positionOf(comparison, rule, vigil, { alpha: spec.alpha, beta: spec.beta, cost: 1 }),
  };
  if (lnEvidence(memory.canaryGuard) >= -Math.log(ownAlpha) && lnEvidence(memory.stableGuard) < Math.log(3)) {
    return { ...failed('worse-than-history', { ...evidence, lnEvidence: lnEvidence(memory.canaryGuard), usualRate: rule.usualRate }), sequential };
  }
  return standing(sequential, evidence);
}

/** A first deployment has nothing to compare with, and neither has a canary that got everything at once: only the ceiling says something. */
function withoutStable(alone: Memory['alone'], spec: Spec, evidence: Verdict['evidence']): Verdict {
  if (spec.ceiling === undefined) return successful('no-baseline', evidence);
  const bound = upperRate(alone.requests, alone.bad, spec.beta);
  const seen = { ...evidence, alone, rateBound: bound };
  return bound < spec.ceiling ? successful('under-ceiling', seen) : inconclusive('undecided', seen);
}
