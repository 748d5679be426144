import { inconclusive, type Sequential, successful, type Verdict } from '../rollout/verdict.ts';
import {
  advanceMeanDifference,
  beginMeanDifference,
  lnHarmOfMean,
  lnNotWorseOfMean,
  type MeanDifference,
  type MeanRule,
  type Spread,
  unitOf,
  worseAtMost,
} from '../statistics/mean-difference.ts';
import type { GateContext } from './gate.ts';
import type { MetricSpec } from './metric-spec.ts';
import { seriesText } from './series.ts';

/** Values of one look, a period each that both, one or none of the variants have. */
export interface Look {
  readonly atMs: readonly number[];
  readonly canary: readonly (number | null)[];
  readonly stable: readonly (number | null)[];
  readonly throughMs: number;
  /** Requests of both variants, where a comparison wants to know; empty where the endpoint publishes none. */
  readonly requests: { readonly canary: number; readonly stable: number };
}

interface Memory {
  readonly version: 1;
  /** End of what was seen, epoch milliseconds: a period counts once, whatever arrives late. */
  readonly throughMs: number;
  /** Periods with both values that the warm-up has passed over so far. */
  readonly warm: number;
  readonly means: MeanDifference;
  /** The same the other way round: how much stable is worse. Unset where nobody looks for a winner. */
  readonly reverse?: MeanDifference;
  /** Periods in which one variant alone had a value. */
  readonly missing: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
}

// Nobody else writes it.
export const memoryOf = (memory: unknown): Memory | undefined => ((memory as Memory | undefined)?.version === 1 ? (memory as Memory) : undefined);

function ruleOf({ range, sigma, better = 'lower', margin = 0 }: MetricSpec): MeanRule {
  const spread: Spread = range ? { kind: 'bounded', low: range[0], high: range[1] } : { kind: 'normal', sigma: sigma ?? 1 };
  return { spread, better, margin };
}

function advance(before: Memory, look: Look, spec: MetricSpec, { shifts }: GateContext): Memory {
  let { means, reverse, warm, missing } = before;
  const rule = ruleOf(spec);
  const turned: MeanRule = { ...rule, better: rule.better === 'lower' ? 'higher' : 'lower' };
  for (const [index, atMs] of look.atMs.entries()) {
    const [canary, stable] = [look.canary[index] ?? null, look.stable[index] ?? null];
    if (canary === null || stable === null) {
      if (canary !== null || stable !== null) missing += 1;
    } else if (warm < (spec.warmUp ?? 0)) {
      warm += 1;
    } else {
      const shifted = shifts.some(({ verifiedAtMs }) => verifiedAtMs >= atMs && verifiedAtMs < atMs + spec.period * 1000);
      means = advanceMeanDifference(means, { canary, stable }, rule, shifted);
      reverse = reverse && advanceMeanDifference(reverse, { canary, stable }, turned, shifted);
    }
  }
  const seconds = look.atMs.length * spec.period;
  return {
    version: 1,
    throughMs: look.throughMs,
    warm,
    means,
    ...(reverse && { reverse }),
    missing,
    requests: before.requests + look.requests.canary,
    requestsPerSecond: seconds > 0 ? (look.requests.canary + look.requests.stable) / seconds : before.requestsPerSecond,
  };
}

const clamped = (value: number): number => Math.min(1, Math.max(-1, value));

/** Where the comparison stands, for strategies and for the evidence of all gates together. Differences are shares of the range, or of the largest one looked at. */
function sequentialOf({ means, reverse, requests, requestsPerSecond }: Memory, spec: MetricSpec): Sequential {
  const { spread, margin } = ruleOf(spec);
  const worse = means.periods === 0 ? 0 : (unitOf(spread) * means.sum) / means.periods;
  const atMost = worseAtMost(means, spread);
  const scale = spread.kind === 'bounded' ? unitOf(spread) : Math.max(margin, Math.abs(worse), Number.isFinite(atMost) ? Math.abs(atMost) : 0);
  return {
    lnHarm: lnHarmOfMean(means),
    lnNotWorse: lnNotWorseOfMean(means),
    ...(reverse && { lnBetter: lnHarmOfMean(reverse) }),
    alpha: spec.alpha ?? 0.01,
    beta: spec.beta ?? 0.05,
    excessBound: Math.max(0, clamped(atMost / scale)),
    cost: spec.cost ?? 0,
    excess: clamped(worse / scale),
    margin: margin / scale,
    // An endpoint that publishes no requests is told by its periods.
    requests: means.periods === 0 ? 0 : Math.max(requests, means.periods),
    requestsPerSecond,
    // Its own stable's rate is what tells a gate for errors; a metric of any kind has no usual value here.
    unwell: false,
    silent: false,
  };
}

/** Evidence of harm above which nothing is taken for good: about 2 to 1. */
const lnSuspicious = 0.7;

/** The verdict after one more look, with what the next one wants to know. */
export function compareWithStable(look: Look, spec: MetricSpec, context: GateContext): Verdict {
  const begun: Memory = {
    version: 1,
    throughMs: look.throughMs,
    warm: 0,
    means: beginMeanDifference(),
    ...(context.seeksWinner && { reverse: beginMeanDifference() }),
    missing: 0,
    requests: 0,
    requestsPerSecond: 0,
  };
  const memory = advance(memoryOf(context.memory) ?? begun, look, spec, context);
  const sequential = sequentialOf(memory, spec);
  const { means, missing } = memory;
  const { lnHarm, lnNotWorse, beta } = sequential;
  const { spread, margin } = ruleOf(spec);
  const atMost = worseAtMost(means, spread);
  const wanted = -Math.log(beta);
  const evidence = {
    metric: seriesText(spec),
    periods: means.periods,
    ...(means.periods > 0 && {
      canary: means.canarySum / means.periods,
      stable: means.stableSum / means.periods,
      worseBy: (unitOf(spread) * means.sum) / means.periods,
      ...(Number.isFinite(atMost) && { worseByAtMost: atMost }),
    }),
    margin,
    lnHarm,
    lnNotWorse,
    ...(missing > 0 && { missing }),
    ...(means.beyond > 0 && { beyondRange: means.beyond }),
  };
  const answer = (): Verdict => {
    if (means.periods === 0) return inconclusive('no-data', evidence);
    if (lnHarm >= lnSuspicious) return inconclusive('suspicious', evidence);
    if (lnNotWorse >= wanted) return successful('not-worse', evidence);
    const needed = lnNotWorse > 0 ? Math.ceil((means.periods * (wanted - lnNotWorse)) / lnNotWorse) : undefined;
    return inconclusive('undecided', { ...evidence, ...(needed !== undefined && { periodsNeeded: needed }) });
  };
  return { ...answer(), sequential, memory };
}
