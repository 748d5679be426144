import type { Window } from '../ports/metrics.ts';

/**
 * How old a metric period must be before a gate counts on it, seconds: late datapoints have arrived by then. AWS gives no
 * figure; for datapoints of a minute 1-3 minutes are seen.
 */
export const settlingSecondsOf = (periodSeconds: number): number => Math.min(2 * periodSeconds, 120);

/** The shortest bake that can hold evidence, seconds: two whole periods, and the time their datapoints need. */
export const shortestBakeSecondsOf = (periodSeconds: number): number => 2 * periodSeconds + settlingSecondsOf(periodSeconds);

/**
 * Whole metric periods after a verified shift that are old enough to be complete; start = end while there is none.
 *
 * @param verifiedAtMs when the shift was verified, epoch milliseconds
 * @param periodSeconds how often the metrics are published
 */
export function metricWindow(verifiedAtMs: number, nowMs: number, periodSeconds: number): Window {
  const periodMs = periodSeconds * 1000;
  const startMs = Math.ceil(verifiedAtMs / periodMs) * periodMs;
  const endMs = Math.floor((nowMs - settlingSecondsOf(periodSeconds) * 1000) / periodMs) * periodMs;
  return { startMs, endMs: Math.max(startMs, endMs) };
}
