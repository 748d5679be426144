import type { Datapoint, MetricQuery, Window } from '../ports/metrics.ts';
import { clusterSizeOf } from '../statistics/dispersion.ts';
import type { GateContext, BakingPorts, Slot } from './gate.ts';
import { readableFrom } from './resolution.ts';

/** What one variant did in one metric period; `bad` one a kind of badness the gate counts. */
export interface Counted {
  readonly requests: number;
  readonly bad: readonly number[];
}

/** One metric period of both variants, as far as their datapoints arrived: no datapoint means no requests, or that it was lost. */
export interface Period {
  readonly atMs: number;
  readonly canary?: Counted;
  readonly stable?: Counted;
}

/** What stable did before the rollout. */
export interface History {
  readonly requests: number;
  /** One a kind of badness. */
  readonly bad: readonly number[];
  readonly clusterSizes: readonly number[];
}

/** A metric and statistic of SageMaker's that counts bad requests: `Invocation5XXErrors` `Sum`, `ModelLatency` `TC(300000:)`. */
export interface BadCount {
  readonly metricName: string;
  readonly statistic: string;
  /** `count`: how many. `percent-good`: percent of the period's requests that are none. */
  readonly says?: 'count' | 'percent-good';
  /** Whether a period with requests and without this datapoint had none of them. */
  readonly absentIsNone?: boolean;
}

const historyHours = 6;

const queriesOf = (dimensions: Readonly<Record<string, string>>, counts: readonly BadCount[], periodSeconds: number): MetricQuery[] =>
  [{ metricName: 'Invocations', statistic: 'Sum' }, ...counts].map(({ metricName, statistic }) => ({
    namespace: 'AWS/SageMaker',
    metricName,
    statistic,
    dimensions,
    periodSeconds,
  }));

const dimensionsOf = (slot: Slot) => ({
  EndpointName: slot.endpointName,
  VariantName: slot.variantName,
  EndpointConfigName: slot.endpointConfigName,
});

/** Periods by their start; one that lacks its requests or one of its counts is left out: half a datapoint is none. */
function countedOf([requests = [], ...bad]: readonly (readonly Datapoint[])[], kinds: readonly BadCount[]): Map<number, Counted> {
  const counts = bad.map((points) => new Map(points.map(({ atMs, value }) => [atMs, value])));
  return new Map(
    requests.flatMap(({ atMs, value }) => {
      const found = counts.map((count, index) => badIn(value, count.get(atMs), kinds[index]));
      return found.every((count) => count !== undefined) ? [[atMs, { requests: value, bad: found }] as const] : [];
    }),
  );
}

function badIn(requests: number, found: number | undefined, kind: BadCount | undefined): number | undefined {
  if (kind?.says === 'percent-good') return found === undefined ? undefined : Math.round(requests * (1 - found / 100));
  return found ?? (kind?.absentIsNone ? 0 : undefined);
}

/**
 * The periods that a gate has not seen yet: whole ones since the canary's first verified weight, old enough to be complete.
 *
 * Counts are of what each variant really served, so a period in which the weight changed tells as much as any other.
 *
 * @param throughMs end of what was seen already, epoch milliseconds; undefined at the first look
 */
export async function readPeriods(
  counts: readonly BadCount[],
  throughMs: number | undefined,
  { canary, stable, nowMs, periodSeconds, settlingSeconds, shifts }: GateContext,
  { metrics }: BakingPorts,
): Promise<{ readonly periods: readonly Period[]; readonly throughMs: number }> {
  const periodMs = periodSeconds * 1000;
  const firstMs = shifts[0]?.verifiedAtMs ?? nowMs;
  const startMs = readableFrom(throughMs ?? Math.ceil(firstMs / periodMs) * periodMs, { nowMs }, periodSeconds);
  const endMs = Math.max(startMs, Math.floor((nowMs - settlingSeconds * 1000) / periodMs) * periodMs);
  if (endMs <= startMs) return { periods: [], throughMs: startMs };
  const window: Window = { startMs, endMs };
  const [ofCanary, ofStable] = await Promise.all([
    metrics.read(queriesOf(dimensionsOf(canary), counts, periodSeconds), window).then((points) => countedOf(points, counts)),
    stable
      ? metrics.read(queriesOf(dimensionsOf(stable), counts, periodSeconds), window).then((points) => countedOf(points, counts))
      : new Map<number, Counted>(),
  ]);
  const periods: Period[] = [];
  for (let atMs = startMs; atMs < endMs; atMs += periodMs) {
    const one = ofCanary.get(atMs);
    const other = ofStable.get(atMs);
    periods.push({ atMs, ...(one && { canary: one }), ...(other && { stable: other }) });
  }
  return { periods, throughMs: endMs };
}

/**
 * Stable's last hours before the rollout, minute by minute, under whatever configuration it served.
 *
 * Clusters are looked for between neighbouring minutes: a slow swing of the load cancels, a burst does not.
 */
export async function readHistory(counts: readonly BadCount[], { stable, shifts, nowMs }: GateContext, { metrics }: BakingPorts): Promise<History> {
  if (!stable) return { requests: 0, bad: counts.map(() => 0), clusterSizes: counts.map(() => 1) };
  const endMs = Math.floor((shifts[0]?.verifiedAtMs ?? nowMs) / 60_000) * 60_000;
  const dimensions = { EndpointName: stable.endpointName, VariantName: stable.variantName };
  const minutes = [
    ...countedOf(await metrics.read(queriesOf(dimensions, counts, 60), { startMs: endMs - historyHours * 3_600_000, endMs }), counts).values(),
  ];
  const pairs = minutes.slice(1).flatMap((second, index) => {
    const first = minutes[index];
    return first && index % 2 === 0 ? [{ first, second }] : [];
  });
  const one = (counted: Counted, kind: number) => ({ requests: counted.requests, bad: counted.bad[kind] ?? 0 });
  return {
    requests: minutes.reduce((sum, { requests }) => sum + requests, 0),
    bad: counts.map((_, kind) => minutes.reduce((sum, { bad }) => sum + (bad[kind] ?? 0), 0)),
    clusterSizes: counts.map((_, kind) => clusterSizeOf(pairs.map(({ first, second }) => ({ first: one(first, kind), second: one(second, kind) })))),
  };
}

/** A rate that is never 0: what no request showed yet may still be. */
export const usualRate = (bad: number, requests: number): number => (bad + 0.5) / (requests + 1);
