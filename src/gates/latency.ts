import * as z from 'zod/mini';
import { togetherShare } from '../rollout/weigh.ts';
import { failed, inconclusive, successful, type Verdict } from '../rollout/verdict.ts';
import { advanceComparison, beginComparison, type Comparison, type ComparisonRule, harmOf } from '../statistics/comparison.ts';
import { type Counts, rolesChanged } from '../statistics/e-factor.ts';
import { lnMean } from '../statistics/onset.ts';
import { Refused } from '../rollout/errors.ts';
import { type Counting, countingOf, countingQueries } from './counting.ts';
import { comparingFields, memoryOf, positionOf, shareAt } from './comparing.ts';
import { common, defineGate, type GateContext, type BakingPorts } from './gate.ts';
import { flawsOfForm, judgePercentile, measurePercentile, Percentile } from './latency-percentile.ts';
import { type BadCount, type History, type Period, readHistory, readPeriods, usualRate } from './periods.ts';
import { readableFrom } from './resolution.ts';
import { standing } from './standing.ts';
import { beginVigil, isSilenced, keepVigil, silenceLimit, type Vigil } from './vigil.ts';

const Milliseconds = z.number().check(z.gt(0), z.maximum(3_600_000));

const Spec = z
  .strictObject({
    type: z.literal('latency'),
    ...common,
    /** Milliseconds a request may take; one to five, rising. The middle one is what "slow" means for the margin. Empty with `percentile`. */
    thresholdsMs: z._default(
      z
        .array(Milliseconds)
        .check(z.maxLength(5))
        .check(z.refine((all) => all.every((one, index) => index === 0 || one > (all[index - 1] ?? 0)), 'Expected rising thresholds')),
      [],
    ),
    /** The simple form: this percentile of the canary's own, held to `maxMs`. */
    percentile: z.optional(Percentile),
    maxMs: z.optional(Milliseconds),
    minimumRequests: z.optional(z.int().check(z.minimum(1))),
    ...comparingFields(0.01),
    /** What a slow request counts against a harm budget, next to a failed one's 1. */
    cost: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0.3),
  })
  .check(({ issues, value }) => {
    for (const { path, message } of flawsOfForm(value)) issues.push({ code: 'custom', path, message, input: value });
  });
type Spec = z.output<typeof Spec>;

const ratios = [1.5, 2.5, 5, 12, 60];
/** A new container is slow at first, a good one too. */
const warmUpSeconds = 120;

interface Memory {
  readonly version: 1;
  readonly throughMs: number;
  /** One a threshold. */
  readonly comparisons: readonly Comparison[];
  /** The same with the roles changed, where a winner is asked for. */
  readonly reverse?: readonly Comparison[];
  readonly vigil: Vigil;
  readonly history: History;
  readonly lastShare: number;
  readonly counting: Counting;
}

// Nobody else writes it.
const remembered = (context: GateContext): Memory | undefined => memoryOf(context) as Memory | undefined;

interface Measurement {
  readonly periods: readonly Period[];
  readonly throughMs: number;
  /** Read at the first look only. */
  readonly counting?: Counting;
  /** Read at the first look only. */
  readonly history?: History;
  /** In the simple form, and then nothing else. */
  readonly ofPercentile?: Awaited<ReturnType<typeof measurePercentile>>;
}

/** ModelLatency is in microseconds; the trimmed count above a threshold is the number of slower requests. */
function countsOf({ thresholdsMs }: Spec, { statistic, emptyIsMissing }: Counting): BadCount[] {
  return thresholdsMs.map((ms) => {
    const us = Math.round(ms * 1000);
    return statistic === 'percentile-rank'
      ? { metricName: 'ModelLatency', statistic: `PR(:${us})`, says: 'percent-good' }
      : { metricName: 'ModelLatency', statistic: `TC(${us}:)`, absentIsNone: emptyIsMissing };
  });
}

/** What CloudWatch answers about ModelLatency here; undefined before anybody was served. */
async function readCounting(
  { stable, shifts, nowMs, periodSeconds, settlingSeconds }: GateContext,
  { metrics }: BakingPorts,
): Promise<Counting | undefined> {
  if (!stable) return undefined;
  const periodMs = periodSeconds * 1000;
  const startMs = readableFrom(Math.ceil((shifts[0]?.verifiedAtMs ?? nowMs) / periodMs) * periodMs, { nowMs }, periodSeconds);
  const endMs = Math.floor((nowMs - settlingSeconds * 1000) / periodMs) * periodMs;
  if (endMs <= startMs) return undefined;
  try {
    return countingOf(await metrics.read(countingQueries(stable, periodSeconds), { startMs, endMs }));
  } catch (error) {
    if (error instanceof Refused) return { statistic: 'none', emptyIsMissing: false };
    throw error;
  }
}

const middleOf = ({ thresholdsMs }: Spec): number => Math.floor(thresholdsMs.length / 2);

const rulesOf = (spec: Spec, { periodSeconds }: GateContext, { requests, bad, clusterSizes }: History): ComparisonRule[] =>
  spec.thresholdsMs.map((_, index) => ({
    suspicions: [
      { tolerance: { ratio: 1, extra: 0 }, ratios, weight: 1 / spec.thresholdsMs.length, warmUp: Math.ceil(warmUpSeconds / periodSeconds) },
    ],
    margin: spec.margin,
    usualRate: usualRate(bad[index] ?? 0, requests),
    clusterSize: spec.clusterSize ?? clusterSizes[index] ?? 1,
    ...(periodSeconds < 60 && { capAt: togetherShare * spec.alpha }),
  }));

function advance(memory: Memory, period: Period, spec: Spec, context: GateContext, rules: readonly ComparisonRule[]): Memory {
  const share = shareAt(context.shifts, period.atMs);
  const shifted = share !== memory.lastShare;
  const { canary, stable } = period;
  const comparedWith = (comparisons: readonly Comparison[], turned: (counts: Counts) => Counts): Comparison[] =>
    comparisons.map((comparison, index) => {
      const rule = rules[index];
      if (!rule || !canary) return comparison;
      const counts = {
        canaryRequests: canary.requests,
        canaryBad: Math.min(canary.requests, canary.bad[index] ?? 0),
        stableRequests: stable?.requests ?? 0,
        stableBad: Math.min(stable?.requests ?? 0, stable?.bad[index] ?? 0),
      };
      return advanceComparison(comparison, turned(counts), rule, shifted);
    });
  return {
    ...memory,
    lastShare: share,
    vigil: keepVigil(memory.vigil, period, share, context.periodSeconds, middleOf(spec)),
    ...(canary && {
      comparisons: comparedWith(memory.comparisons, (counts) => counts),
      ...(context.seeksWinner && { reverse: comparedWith(memory.reverse ?? beginComparisons(spec), rolesChanged) }),
    }),
  };
}

/**
 * Compares how many of the canary's requests are slower than a threshold with how many of stable's are, period by period, with the same
 * guarantee as `error-rate`: percentiles hide what a tail does, and no bound holds for a difference of two percentiles.
 */
export const latency = defineGate({
  type: 'latency',
  spec: Spec,
  evidenceShare: 0.4,
  weighs: ({ percentile }) => percentile === undefined,
  async measure(spec, ports, context): Promise<Measurement> {
    if (spec.percentile !== undefined) return { periods: [], throughMs: context.nowMs, ofPercentile: await measurePercentile(spec, ports, context) };
    const memory = remembered(context);
    const counting = memory?.counting ?? (await readCounting(context, ports));
    if (!counting || counting.statistic === 'none') return { periods: [], throughMs: context.nowMs, ...(counting && { counting }) };
    const counts = countsOf(spec, counting);
    const read = await readPeriods(counts, memory?.throughMs, context, ports);
    return memory || read.periods.length === 0 ? read : { ...read, counting, history: await readHistory(counts, context, ports) };
  },
  judge({ periods, throughMs, history, counting, ofPercentile }, spec, context) {
    if (ofPercentile) return judgePercentile(ofPercentile, spec, context);
    if (!context.stable) return successful('no-baseline', { thresholdsMs: spec.thresholdsMs });
    if (counting?.statistic === 'none')
      return inconclusive('cannot-count', {
        thresholdsMs: spec.thresholdsMs,
        text: 'CloudWatch counts no ModelLatency above a threshold here: percentile and maxMs need no counts',
      });
    const before = remembered(context) ?? (history && counting && beginMemory(throughMs, history, counting, spec));
    if (!before) return inconclusive('no-data', { thresholdsMs: spec.thresholdsMs, from: new Date(throughMs).toISOString() });
    const rules = rulesOf(spec, context, before.history);
    const memory: Memory = { ...periods.reduce((state, period) => advance(state, period, spec, context, rules), before), throughMs };
    return { ...verdictOf(memory, spec, rules), memory };
  },
});

const beginComparisons = ({ thresholdsMs }: Spec): Comparison[] =>
  thresholdsMs.map(() => beginComparison({ suspicions: [{ tolerance: { ratio: 1, extra: 0 }, ratios, weight: 1, warmUp: 0 }] }));

const beginMemory = (throughMs: number, history: History, counting: Counting, spec: Spec): Memory => ({
  version: 1,
  throughMs,
  comparisons: beginComparisons(spec),
  vigil: beginVigil(),
  history,
  counting,
  lastShare: 0,
});

/** ln of the evidence of harm at all thresholds together. */
const lnHarmOf = (comparisons: readonly Comparison[], rules: readonly ComparisonRule[]): number =>
  lnMean(comparisons.flatMap((comparison, index) => (rules[index] ? harmOf(comparison, rules[index]) : [])));

function verdictOf({ comparisons, reverse, vigil, throughMs }: Memory, spec: Spec, rules: readonly ComparisonRule[]): Verdict {
  const middle = middleOf(spec);
  const slow = comparisons[middle] ?? beginComparison({ suspicions: [] });
  const { total } = slow;
  const evidence = {
    thresholdsMs: spec.thresholdsMs,
    slowMs: spec.thresholdsMs[middle],
    canary: { requests: total.canaryRequests, slow: total.canaryBad },
    stable: { requests: total.stableRequests, slow: total.stableBad },
    through: new Date(throughMs).toISOString(),
  };
  const silence = silenceLimit(vigil);
  if (isSilenced(vigil, silence))
    return failed('canary-silent', { ...evidence, silentPeriods: vigil.silent, limit: 3 * silence, requestsMissed: vigil.missed });
  return standing(
    {
      lnHarm: lnHarmOf(comparisons, rules),
      ...(reverse && { lnBetter: lnHarmOf(reverse, rules) }),
      ...positionOf(slow, { margin: spec.margin, usualRate: rules[middle]?.usualRate ?? 0 }, vigil, spec),
    },
    evidence,
  );
}
