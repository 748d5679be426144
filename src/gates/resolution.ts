import type { Window } from '../ports/metrics.ts';
import { metricWindow } from '../rollout/window.ts';
import type { GateContext } from './gate.ts';

/** CloudWatch answers periods below a minute for three hours; a little less, so that none fades while it is asked for. */
const finestMs = 3 * 3_600_000 - 300_000;

/** The beginning of what can still be read in such periods, epoch milliseconds: where nothing could be read for hours, those are lost. */
export function readableFrom(startMs: number, { nowMs }: Pick<GateContext, 'nowMs'>, periodSeconds: number): number {
  const periodMs = periodSeconds * 1000;
  return periodSeconds >= 60 ? startMs : Math.max(startMs, Math.ceil((nowMs - finestMs) / periodMs) * periodMs);
}

/** How a metric is read over the step under way: its period, seconds, and whole such periods. */
export interface Resolution {
  readonly periodSeconds: number;
  readonly window: Window;
}

/**
 * SageMaker's own metrics are read as often as the endpoint publishes them, all others by the minute: nothing is known of
 * their pace. A step too long for its first seconds to be kept is read by the minute as well.
 */
export function resolutionOf(namespace: string, { window, periodSeconds, nowMs, shifts }: GateContext): Resolution {
  if (periodSeconds >= 60) return { periodSeconds, window };
  if (namespace === 'AWS/SageMaker' && window.startMs >= nowMs - finestMs) return { periodSeconds, window };
  return { periodSeconds: 60, window: metricWindow(shifts.at(-1)?.verifiedAtMs ?? nowMs, nowMs, 60) };
}
