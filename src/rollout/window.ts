import type { Window } from '../ports/metrics.ts';

/** SageMaker publishes invocation metrics once a minute. */
export const metricPeriodSeconds = 60;

/** How late a datapoint may arrive before a gate counts on it, seconds. AWS gives no figure; 1-3 minutes are seen. */
export const metricLagSeconds = 120;

/** The shortest bake that can hold evidence: two whole periods and the lag, seconds. */
export const shortestBakeSeconds = 2 * metricPeriodSeconds + metricLagSeconds;

/**
 * Whole metric periods after a verified shift that are old enough to be complete; start = end while there is none.
 *
 * @param verifiedAtMs when the shift was verified, epoch milliseconds
 */
export function metricWindow(verifiedAtMs: number, nowMs: number): Window {
  const periodMs = metricPeriodSeconds * 1000;
  const startMs = Math.ceil(verifiedAtMs / periodMs) * periodMs;
  const endMs = Math.floor((nowMs - metricLagSeconds * 1000) / periodMs) * periodMs;
  return { startMs, endMs: Math.max(startMs, endMs) };
}
