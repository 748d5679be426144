import { failed, inconclusive, successful, type Verdict } from '../rollout/verdict.ts';
import { defineGate, type GateContext } from './gate.ts';
import { compareWithStable, type Look, memoryOf } from './metric-against.ts';
import { MetricSpec } from './metric-spec.ts';
import { readableFrom } from './resolution.ts';
import { readSeries, seriesText } from './series.ts';

const invocations = { metric: { namespace: 'AWS/SageMaker', name: 'Invocations' }, statistic: 'Sum' };

/** Whole periods to look at: for a comparison those not seen yet since the first shift, for a bound those of the step. */
function windowOf({ against, period, delay }: MetricSpec, { shifts, nowMs, settlingSeconds, window, memory }: GateContext) {
  const periodMs = period * 1000;
  const since = against === undefined ? shifts.at(-1) : shifts.find(({ canaryPercent }) => canaryPercent > 0);
  const firstMs = Math.ceil((since?.verifiedAtMs ?? window.startMs) / periodMs) * periodMs;
  const startMs = readableFrom((against === undefined ? undefined : memoryOf(memory)?.throughMs) ?? firstMs, { nowMs }, period);
  const endMs = Math.floor((nowMs - (delay ?? settlingSeconds) * 1000) / periodMs) * periodMs;
  return { startMs, endMs: Math.max(startMs, endMs) };
}

/** One figure of many periods: extremes for `Minimum` and `Maximum`, else their mean. */
function figure(values: readonly (number | null)[], statistic: string | undefined): number | undefined {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0) return undefined;
  if (statistic === 'Minimum') return Math.min(...numbers);
  if (statistic === 'Maximum') return Math.max(...numbers);
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function holdToBounds(look: Look, spec: MetricSpec): Verdict {
  const { max, min, minimumPeriods = 2, statistic } = spec;
  const [canary, stable] = [figure(look.canary, statistic), figure(look.stable, statistic)];
  const periods = look.canary.filter((value) => value !== null).length;
  const evidence = {
    metric: seriesText(spec),
    ...(max !== undefined && { max }),
    ...(min !== undefined && { min }),
    periods,
    ...(canary !== undefined && { canary }),
    ...(stable !== undefined && { stable }),
  };
  const breaks = (value: number) => (max !== undefined && value > max) || (min !== undefined && value < min);
  if (canary === undefined) return inconclusive('no-data', evidence);
  if (periods < minimumPeriods) return inconclusive('too-few-periods', { ...evidence, periodsNeeded: minimumPeriods - periods });
  if (!breaks(canary)) return successful('within-bounds', evidence);
  const stablePeriods = look.stable.filter((value) => value !== null).length;
  if (stable !== undefined && stablePeriods >= minimumPeriods && breaks(stable)) return inconclusive('shared-outage', evidence);
  return failed('out-of-bounds', evidence);
}

/**
 * Any CloudWatch metric or metric math of the canary: held to fixed bounds, or compared with stable's by a sequential test of the means.
 *
 * The comparison weighs the differences of periods in which both variants have a value, so what moves both alike cancels. With a canary
 * that is not worse it ever proves harm with probability alpha at most, as long as what the delivery says of the values holds.
 */
export const metric = defineGate({
  type: 'metric',
  spec: MetricSpec,
  evidenceShare: 0.4,
  weighs: ({ against }) => against !== undefined,
  measure: async (spec, ports, context): Promise<Look> => {
    const { canary, stable } = context;
    const window = windowOf(spec, context);
    const nothing = { atMs: [], canary: [], stable: [], throughMs: window.startMs, requests: { canary: 0, stable: 0 } };
    if (window.endMs <= window.startMs) return nothing;
    const [ofCanary, ofStable, canaryRequests, stableRequests] = await Promise.all([
      readSeries(spec, canary, spec.period, window, ports),
      stable ? readSeries(spec, stable, spec.period, window, ports) : new Map<number, number>(),
      spec.against ? readSeries(invocations, canary, spec.period, window, ports) : new Map<number, number>(),
      spec.against && stable ? readSeries(invocations, stable, spec.period, window, ports) : new Map<number, number>(),
    ]);
    const periodMs = spec.period * 1000;
    const atMs = Array.from({ length: Math.floor((window.endMs - window.startMs) / periodMs) }, (_, index) => window.startMs + index * periodMs);
    const sum = (values: ReadonlyMap<number, number>) => [...values.values()].reduce((total, value) => total + value, 0);
    return {
      atMs,
      canary: atMs.map((at) => ofCanary.get(at) ?? null),
      stable: atMs.map((at) => ofStable.get(at) ?? null),
      throughMs: window.endMs,
      requests: { canary: sum(canaryRequests), stable: sum(stableRequests) },
    };
  },
  judge(look, spec, context): Verdict {
    if (spec.against === undefined) return holdToBounds(look, spec);
    if (!context.stable) return successful('no-baseline', { metric: seriesText(spec) });
    return compareWithStable(look, spec, context);
  },
});
