import type { Policy } from '../policy.ts';
import { percentileMs } from '../latency.ts';
import { type Breach, errorRateOver } from './alarm.ts';
import { anyOf, type FixedRamp, onFixedRamp, recentCanary, usualLimit, usualRamp, type Watch } from './watch.ts';

const consecutiveErrorLimit = 4;

/**
 * One metric of an AnalysisRun in the background of a rollout. Failed once `failures > failureLimit`; a measurement without data is an
 * Error, tried again ten seconds later and without effect unless more than `consecutiveErrorLimit` follow one another.
 *
 * @see argo-rollouts, analysis/analysis.go
 */
function metric(fails: Breach, { intervalTicks, failureLimit }: { readonly intervalTicks: number; readonly failureLimit: number }): Watch {
  const recent = recentCanary(intervalTicks);
  let failures = 0;
  let errors = 0;
  let next = intervalTicks;
  return {
    see: (tick) => recent.see(tick),
    failed(now) {
      if (now >= next) {
        const total = recent.total();
        if (total.requests === 0) errors += 1;
        else {
          errors = 0;
          if (fails(total)) failures += 1;
        }
        next = now + (errors > 0 ? 1 : intervalTicks);
      }
      return failures > failureLimit || errors > consecutiveErrorLimit;
    },
  };
}

const slowAtP99: Breach = (canary) => percentileMs(0.99, canary) > 500;

const docsRamp: FixedRamp = { weights: [0.2, 0.4, 0.6, 0.8, 1], everyTicks: 60 };

export const argoRollouts: readonly Policy[] = [
  {
    name: 'argo-docs',
    says: 'Argo docs 20/40/60/80 x10min, 5m, 95%, limit 3',
    start: () => onFixedRamp(docsRamp, metric(errorRateOver(0.05), { intervalTicks: 30, failureLimit: 3 })),
  },
  {
    name: 'argo-tuned',
    says: 'Argo tuned 10/25/50 x5min, 60s, limit 0',
    start(before) {
      const every = { intervalTicks: 6, failureLimit: 0 };
      return onFixedRamp(usualRamp, anyOf([metric(errorRateOver(usualLimit(before)), every), metric(slowAtP99, every)]));
    },
  },
];
