import { invalidValue } from './errors.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Rounds a start down as AWS does: to the minute, to 5 minutes when it lies 15 days back, to the hour when 63 days; to the
 * period itself when that is below a minute.
 */
export function roundedStartMs(startMs: number, periodSeconds: number, nowMs: number): number {
  const ageMs = nowMs - startMs;
  let stepMs = minuteMs;
  if (periodSeconds < 60) stepMs = periodSeconds * 1_000;
  else if (ageMs > 63 * dayMs) stepMs = 60 * minuteMs;
  else if (ageMs > 15 * dayMs) stepMs = 5 * minuteMs;
  return Math.floor(startMs / stepMs) * stepMs;
}

const highResolutionPeriods = [1, 5, 10, 20, 30];

/** @throws AwsError unless the period, seconds, is 1, 5, 10, 20, 30 or a multiple of 60 */
export function checkPeriod(periodSeconds: number, parameter: string): void {
  if (periodSeconds >= 60 && periodSeconds % 60 === 0) return;
  if (highResolutionPeriods.includes(periodSeconds)) return;
  throw invalidValue(`The parameter ${parameter} must be 1, 5, 10, 20, 30 or a multiple of 60.`);
}

/** @throws AwsError unless the start lies before the end */
export function checkOrder(start: Date, end: Date): void {
  if (start.getTime() >= end.getTime()) throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
}
