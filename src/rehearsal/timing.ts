import { defaultPeriodSeconds } from '../rollout/metric-period.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { settlingSecondsOf } from '../rollout/window.ts';

/** How fast an endpoint answers, all in seconds. */
export interface Timing {
  /** How often its metrics are published: 10 or 60. */
  readonly periodSeconds: number;
  /** How old a period must be before it counts. */
  readonly settlingSeconds: number;
  /** From asking for weights to their being verified. */
  readonly actuationSeconds: number;
}

/**
 * An endpoint's timing: the service's own, as far as it decides.
 *
 * @param periodSeconds 10 or 60; undefined: the delivery's
 */
export function timingOf(spec: DeliverySpec, periodSeconds: number | undefined, actuationSeconds: number): Timing {
  const period = periodSeconds ?? spec.serve.metricPeriod ?? defaultPeriodSeconds;
  return { periodSeconds: period, settlingSeconds: settlingSecondsOf(period), actuationSeconds };
}
