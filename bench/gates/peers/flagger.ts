import { percentileMs } from '../latency.ts';
import type { Policy } from '../policy.ts';
import { recentCanary } from './watch.ts';

const intervalTicks = 6;
const threshold = 5;
const stepWeight = 0.1;
const maxWeight = 0.5;
const leastSuccess = 0.99;
const longestMs = 500;

/**
 * Flagger's canary as its documentation has it: every minute request-success-rate and request-duration (p99 of a histogram) over the last
 * one. A failed check, or a missing value, holds the weight; failed checks are never forgotten, and the rollback comes an interval after the last.
 *
 * @see flagger, pkg/controller/scheduler.go
 */
export const flagger: Policy = {
  name: 'flagger-docs',
  says: 'Flagger docs 10..50 step 10, 60s, threshold 5',
  start() {
    const recent = recentCanary(intervalTicks);
    let steps = 1;
    let failedChecks = 0;
    let ended = false;
    return {
      firstWeight: stepWeight,
      get ended() {
        return ended;
      },
      see: (tick) => recent.see(tick),
      decide(now) {
        if (ended || now === 0 || now % intervalTicks !== 0) return undefined;
        if (failedChecks >= threshold) {
          ended = true;
          return 0;
        }
        const { requests, bad, buckets } = recent.total();
        if (requests === 0 || requests - bad < leastSuccess * requests || percentileMs(0.99, { requests, buckets }) > longestMs) {
          failedChecks += 1;
          return undefined;
        }
        if (steps * stepWeight >= maxWeight) {
          ended = true;
          return 1;
        }
        steps += 1;
        return steps * stepWeight;
      },
    };
  },
};
