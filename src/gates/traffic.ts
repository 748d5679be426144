import * as z from 'zod/mini';
import type { Datapoint, MetricQuery } from '../ports/metrics.ts';
import { failed, inconclusive, successful, type Verdict } from '../rollout/verdict.ts';
import { lnSplitOff } from '../statistics/split.ts';
import { common, defineGate, type GateContext, type Slot } from './gate.ts';
import { readableFrom } from './resolution.ts';
import { isSilenced } from './vigil.ts';

const Spec = z.strictObject({
  type: z.literal('traffic'),
  ...common,
  minimumRequests: z._default(z.int().check(z.minimum(1)), 1),
});

/** Requests of one metric period; a side without a datapoint had none, or its datapoint was lost. */
interface Period {
  readonly canary?: number;
  readonly stable?: number;
}

interface Measurement {
  readonly periods: readonly Period[];
  /** End of what was read so far, epoch milliseconds: nothing is counted twice. */
  readonly throughMs: number;
}

interface Memory {
  readonly version: 1;
  readonly throughMs: number;
  /** When the weight was verified that `requests` and `split` are about, epoch milliseconds. */
  readonly verifiedAtMs: number;
  /** The canary's requests at this weight. */
  readonly requests: number;
  /** Requests at this weight, in periods in which both sides had a datapoint. */
  readonly split: { readonly canary: number; readonly stable: number };
  /** Times in a row that the canary should have had two requests or more, and had none; `expected` of them are not enough for another yet. */
  readonly silent: number;
  readonly expected: number;
  /** Requests it should have had since it was heard last. */
  readonly missed: number;
  /** Periods with and without a datapoint of stable's, to tell a lost datapoint from a silent canary. */
  readonly came: number;
  readonly lost: number;
}

/** ln of the e-value above which a split is not the intended one: once in a million rollouts by chance. */
const lnOff = Math.log(1e6);
const fewestExpected = 2;
/** Datapoints get lost at least so often. */
const leastLost = 0.01;

const requestsOf = ({ endpointName, variantName, endpointConfigName }: Slot, periodSeconds: number): MetricQuery => ({
  namespace: 'AWS/SageMaker',
  metricName: 'Invocations',
  dimensions: { EndpointName: endpointName, VariantName: variantName, EndpointConfigName: endpointConfigName },
  statistic: 'Sum',
  periodSeconds,
});

function periodsOf(canary: readonly Datapoint[], stable: readonly Datapoint[], throughMs: number, endMs: number, periodMs: number): Period[] {
  const byTime = (points: readonly Datapoint[]) => new Map(points.map(({ atMs, value }) => [atMs, value]));
  const [canaryAt, stableAt] = [byTime(canary), byTime(stable)];
  return Array.from({ length: Math.floor((endMs - throughMs) / periodMs) }, (_, index) => {
    const [ofCanary, ofStable] = [canaryAt.get(throughMs + index * periodMs), stableAt.get(throughMs + index * periodMs)];
    return { ...(ofCanary !== undefined && { canary: ofCanary }), ...(ofStable !== undefined && { stable: ofStable }) };
  });
}

// Nobody else writes it.
const memoryOf = (memory: unknown): Memory | undefined => ((memory as Memory | undefined)?.version === 1 ? (memory as Memory) : undefined);

const shiftOf = ({ shifts, window }: GateContext) => shifts.at(-1) ?? { canaryPercent: 100, verifiedAtMs: window.startMs };

/** What is remembered at the beginning of a look: at another weight the counts begin anew, silence goes on. */
function remembered(context: GateContext): Memory {
  const { verifiedAtMs } = shiftOf(context);
  const before = memoryOf(context.memory);
  if (before?.verifiedAtMs === verifiedAtMs) return before;
  const { silent = 0, expected = 0, missed = 0, came = 0, lost = 0 } = before ?? {};
  return {
    version: 1,
    throughMs: context.window.startMs,
    verifiedAtMs,
    requests: 0,
    split: { canary: 0, stable: 0 },
    silent,
    expected,
    missed,
    came,
    lost,
  };
}

/** @param share the canary's intended share of the requests, 0-1 */
function advance(memory: Memory, { canary, stable }: Period, share: number): Memory {
  const counted = { ...memory, requests: memory.requests + (canary ?? 0) };
  // With all the traffic the canary's there is nobody to tell by what it should have had.
  if (share >= 1) return counted;
  const seen = { ...counted, ...(stable === undefined ? { lost: memory.lost + 1 } : { came: memory.came + 1 }) };
  if (canary !== undefined && canary > 0) {
    const split = stable === undefined ? memory.split : { canary: memory.split.canary + canary, stable: memory.split.stable + stable };
    return { ...seen, split, silent: 0, expected: 0, missed: 0 };
  }
  // Periods of little traffic add up until two requests are missing.
  const now = ((stable ?? 0) * share) / (1 - share);
  const [expected, missed] = [memory.expected + now, memory.missed + now];
  return expected >= fewestExpected - 1e-9 ? { ...seen, silent: memory.silent + 1, expected: 0, missed } : { ...seen, expected, missed };
}

/** How often in a row datapoints that are merely lost explain silence, once in ten thousand times. */
const silenceLimit = ({ came, lost }: Pick<Memory, 'came' | 'lost'>): number => {
  const share = Math.min(0.5, Math.max(leastLost, lost / Math.max(1, came + lost)));
  // ln 10,000 / ln 100 comes out a hair above 2, and means 2.
  return Math.ceil(Math.log(1e4) / -Math.log(share) - 1e-9);
};

/**
 * Whether the requests go where they should: as many to the canary as the step needs, and as large a part of them as its weight says.
 *
 * A canary that hears nothing while stable is busy holds the ramp, and after three times as long fails it. A split that is off only
 * holds: SageMaker's routing is to blame, or somebody's `TargetVariant`, not the model.
 */
export const traffic = defineGate({
  type: 'traffic',
  spec: Spec,
  measure: async (_spec, { metrics }, context): Promise<Measurement> => {
    const { canary, stable, window, periodSeconds } = context;
    const throughMs = readableFrom(remembered(context).throughMs, context, periodSeconds);
    if (window.endMs <= throughMs) return { periods: [], throughMs };
    const queries = [canary, ...(stable ? [stable] : [])].map((slot) => requestsOf(slot, periodSeconds));
    const [ofCanary = [], ofStable = []] = await metrics.read(queries, { startMs: throughMs, endMs: window.endMs });
    return { periods: periodsOf(ofCanary, ofStable, throughMs, window.endMs, periodSeconds * 1000), throughMs: window.endMs };
  },
  judge({ periods, throughMs }, { minimumRequests }, context): Verdict {
    const share = context.stable ? shiftOf(context).canaryPercent / 100 : 1;
    const memory = { ...periods.reduce((before, period) => advance(before, period, share), remembered(context)), throughMs };
    const { requests, split, silent } = memory;
    const limit = silenceLimit(memory);
    const lnE = share > 0 && share < 1 ? lnSplitOff(split.canary, split.stable, share) : 0;
    const all = split.canary + split.stable;
    const evidence = {
      requests,
      minimum: minimumRequests,
      ...(share < 1 && { intendedPercent: 100 * share, ...(all > 0 && { actualPercent: (100 * split.canary) / all, lnSplitOff: lnE }) }),
      ...(silent > 0 && { silent, silentAtMost: 3 * limit }),
    };
    const verdict = (): Verdict => {
      if (isSilenced(memory, limit)) return failed('canary-silent', evidence);
      if (silent >= limit) return inconclusive('canary-starved', evidence);
      if (lnE > lnOff) return inconclusive('split-off', evidence);
      if (requests < minimumRequests) return inconclusive('too-few-requests', { ...evidence, requestsNeeded: minimumRequests - requests });
      return successful('traffic-as-intended', evidence);
    };
    return { ...verdict(), memory };
  },
});
