import type { Source } from './source.ts';

/** What one variant did in one metric period; `slow` one a threshold: requests that took longer. */
export interface Recorded {
  readonly requests: number;
  readonly errors: number;
  readonly slow: readonly number[];
}

/** What CloudWatch, or a table, holds of an endpoint's variants. */
export interface Recording {
  /** Length of a period, seconds: 10 or 60. */
  readonly periodSeconds: number;
  /** On a whole minute, epoch milliseconds; end exclusive. */
  readonly startMs: number;
  readonly endMs: number;
  /** Rising, milliseconds. */
  readonly thresholdsMs: readonly number[];
  /** AWS/SageMaker metrics that `errors` is taken for. */
  readonly errorMetrics: readonly string[];
  /** By name, then by the period's start; periods without requests are not in it. */
  readonly variants: ReadonlyMap<string, ReadonlyMap<number, Recorded>>;
}

/** Requests, and when the first and the last came, of one variant; undefined where it had none. */
export function presenceOf(
  recording: Recording,
  variant: string,
): { readonly firstMs: number; readonly lastMs: number; readonly requests: number } | undefined {
  const periods = recording.variants.get(variant);
  if (!periods || periods.size === 0) return undefined;
  let requests = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const [atMs, recorded] of periods) {
    requests += recorded.requests;
    firstMs = Math.min(firstMs, atMs);
    lastMs = Math.max(lastMs, atMs);
  }
  return { firstMs, lastMs, requests };
}

/** Rates of a period; `share[i]` of the requests is slower than threshold i. */
interface Rates {
  readonly errorRate: number;
  readonly buckets: readonly number[];
}

function ratesOf({ requests, errors, slow }: Recorded): Rates {
  let last = requests;
  // CloudWatch's ranks are estimates: no more can be slower than 500 ms than are slower than 200 ms.
  const over = slow.map((count) => (last = Math.min(last, count)) / requests);
  const buckets = over.length === 0 ? [] : [1, ...over].map((share, index) => Math.max(0, share - (over[index] ?? 0)));
  return { errorRate: Math.min(1, errors / requests), buckets };
}

/**
 * A recording as the truth of a world that begins at `startMs`: each period has its recorded requests, and each variant fails and is slow
 * as often as it was then; the split between them is the replayed rollout's. Where a variant had no requests in a period it does as it did last.
 *
 * @param canary the variant to take for the canary; undefined: it does as stable does (A/A)
 * @param startMs on a whole minute
 * @param endMs end of what is replayed
 */
export function recordedSource(recording: Recording, stable: string, canary: string | undefined, startMs: number, endMs: number): Source {
  const periodMs = recording.periodSeconds * 1000;
  const ofStable = recording.variants.get(stable) ?? new Map<number, Recorded>();
  const ofCanary = canary === undefined ? undefined : (recording.variants.get(canary) ?? new Map<number, Recorded>());
  const none: Rates = { errorRate: 0, buckets: recording.thresholdsMs.length === 0 ? [] : [1, ...recording.thresholdsMs.map(() => 0)] };
  const at = (tick: number): number => startMs + tick * periodMs;

  /** One entry a period, each with the last rates that are known by then, or with the first that follow. */
  function ratesOver(periods: ReadonlyMap<number, Recorded>): readonly Rates[] {
    const count = Math.max(0, Math.floor((endMs - startMs) / periodMs));
    const known = Array.from({ length: count }, (_, tick) => periods.get(at(tick)));
    const first = known.find((recorded) => recorded !== undefined);
    let last = first ? ratesOf(first) : none;
    return known.map((recorded) => (last = recorded ? ratesOf(recorded) : last));
  }
  const stableRates = ratesOver(ofStable);
  const canaryRates = ofCanary ? ratesOver(ofCanary) : stableRates;

  return {
    tickSeconds: recording.periodSeconds,
    ticks: stableRates.length,
    edgesMs: recording.thresholdsMs,
    fine: false,
    errorMetrics: recording.errorMetrics,
    ownMetrics: [],
    lostDatapoints: 0,
    requests: (tick) => (ofStable.get(at(tick))?.requests ?? 0) + (ofCanary?.get(at(tick))?.requests ?? 0),
    behave: (tick) => ({ stable: stableRates[tick] ?? none, canary: canaryRates[tick] ?? none }),
    before(minute) {
      const minuteMs = startMs + minute * 60_000;
      const parts = Array.from({ length: 60 / recording.periodSeconds }, (_, part) => ofStable.get(minuteMs + part * periodMs)).filter(
        (part) => part !== undefined,
      );
      const requests = parts.reduce((sum, part) => sum + part.requests, 0);
      if (requests === 0) return undefined;
      const whole: Recorded = {
        requests,
        errors: parts.reduce((sum, part) => sum + part.errors, 0),
        slow: recording.thresholdsMs.map((_, index) => parts.reduce((sum, part) => sum + (part.slow[index] ?? 0), 0)),
      };
      return { requests, stable: ratesOf(whole) };
    },
  };
}
