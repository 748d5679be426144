import type { Chance } from './chance.ts';
import { bucketShares } from './latency.ts';
import type { Needs } from './needs.ts';
import type { Scenario } from './scenario.ts';

/** How one variant answers in one tick. */
export interface Behaviour {
  /** Rate of failed requests, 0-1. */
  readonly errorRate: number;
  /** Share of requests in each bucket of latency; empty where latency is not modelled. */
  readonly buckets: readonly number[];
}

/** A metric of the delivery's own: one normally distributed value a request. */
export interface OwnMetric {
  readonly namespace: string;
  readonly name: string;
  readonly stable: { readonly mean: number; readonly deviation: number };
  readonly canary: { readonly mean: number; readonly deviation: number };
}

/** Where a world's truth comes from: a scenario, or a record of what was. Ticks count from the rollout's start. */
export interface Source {
  readonly tickSeconds: number;
  /** Ticks that are known; Infinity where it never ends. */
  readonly ticks: number;
  /** Upper edges of the latency buckets, milliseconds. */
  readonly edgesMs: readonly number[];
  /** Whether the edges are close enough to read averages and percentiles from. */
  readonly fine: boolean;
  /** Names of AWS/SageMaker metrics that count the failed requests. */
  readonly errorMetrics: readonly string[];
  readonly ownMetrics: readonly OwnMetric[];
  readonly lostDatapoints: number;
  requests(tick: number, draw: Chance): number;
  behave(
    tick: number,
    canary: { readonly ageSeconds: number; readonly share: number },
    draw: Chance,
  ): { readonly stable: Behaviour; readonly canary: Behaviour };
  /** Stable alone, in a minute before the start (-1 is the last one); undefined where nothing is known. */
  before(minute: number, draw: Chance): { readonly requests: number; readonly stable: Behaviour } | undefined;
}

const scenarioTickSeconds = 10;

/** A scenario's truth, in ticks of ten seconds. */
export function sourceOf(scenario: Scenario, { edgesMs, fine }: Needs): Source {
  const { traffic, errors, outages, latency, canary } = scenario;
  const known = new Map<number, readonly number[]>();
  const bucketsAt = (factor: number): readonly number[] => {
    const made = known.get(factor) ?? bucketShares({ ...latency, medianMs: latency.medianMs * factor }, edgesMs);
    known.set(factor, made);
    return made;
  };
  const perSecond = (atSeconds: number): number =>
    traffic.requestsPerSecond * (1 + (traffic.swing ? traffic.swing.part * Math.sin((2 * Math.PI * atSeconds) / traffic.swing.period) : 0));
  const noise = (draw: Chance): number => (errors.noiseShape === undefined ? 1 : draw.gamma(errors.noiseShape));
  const outageAt = (atSeconds: number) => outages.find(({ from, for: length }) => atSeconds >= from && atSeconds < from + length);

  return {
    tickSeconds: scenarioTickSeconds,
    ticks: Number.POSITIVE_INFINITY,
    edgesMs,
    fine,
    errorMetrics: ['InvocationModelErrors', 'Invocation5XXErrors'],
    ownMetrics: scenario.metrics,
    lostDatapoints: scenario.lostDatapoints,
    requests: (tick, draw) => draw.poisson(perSecond(tick * scenarioTickSeconds) * scenarioTickSeconds),
    behave(tick, { ageSeconds, share }, draw) {
      const usual = Math.min(1, errors.rate * noise(draw));
      const base = outageAt(tick * scenarioTickSeconds)?.errorRate ?? usual;
      let errorRate = base;
      let factor = 1;
      for (const fault of canary.faults) {
        if (ageSeconds < fault.from || (fault.until !== undefined && ageSeconds >= fault.until)) continue;
        if (fault.abovePercent !== undefined && 100 * share <= fault.abovePercent) continue;
        if (fault.errorRate !== undefined) errorRate = fault.errorRate;
        if (fault.errorFactor !== undefined) errorRate = Math.min(1, base * fault.errorFactor);
        if (fault.latencyFactor !== undefined) factor = fault.latencyFactor;
      }
      return { stable: { errorRate: base, buckets: bucketsAt(1) }, canary: { errorRate, buckets: bucketsAt(factor) } };
    },
    before(minute, draw) {
      const ticks = 60 / scenarioTickSeconds;
      const rates = Array.from({ length: errors.noiseShape === undefined ? 1 : ticks }, () => Math.min(1, errors.rate * noise(draw)));
      const errorRate = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
      return { requests: draw.poisson(perSecond(minute * 60) * 60), stable: { errorRate, buckets: bucketsAt(1) } };
    },
  };
}
