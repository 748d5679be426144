import { momentsMs } from '../latency.ts';
import { type Counted, sumOf } from '../world.ts';
import { meanLimitMs, type Watch } from './watch.ts';

/** Whether the canary's counts of one period breach an alarm's threshold. */
export type Breach = (canary: Counted) => boolean;

export const anyError: Breach = ({ bad }) => bad > 0;
export const errorRateOver =
  (limit: number): Breach =>
  ({ bad, requests }) =>
    bad > limit * requests;
export const slowOnAverage: Breach = (canary) => (momentsMs(canary)?.mean ?? 0) > meanLimitMs;

/**
 * A CloudWatch alarm over the canary's metrics: in ALARM once `evaluationPeriods` periods in a row breach.
 *
 * Periods lie on a fixed grid and count when they are whole. A period without data is not breaching (`TreatMissingData: notBreaching`).
 */
export function alarm(
  breaches: Breach,
  { periodTicks, evaluationPeriods }: { readonly periodTicks: number; readonly evaluationPeriods: number },
): Watch {
  let period: (Counted | undefined)[] = [];
  let inARow = 0;
  return {
    see({ tick, canary }) {
      period.push(canary);
      if ((tick + 1) % periodTicks !== 0) return;
      const total = sumOf(period);
      inARow = total.requests > 0 && breaches(total) ? inARow + 1 : 0;
      period = [];
    },
    failed: () => inARow >= evaluationPeriods,
  };
}
