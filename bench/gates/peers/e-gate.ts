import { advanceComparison, beginComparison, type ComparisonRule, harmOf } from '../../../src/statistics/comparison.ts';
import { lnMean } from '../../../src/statistics/onset.ts';
import { overMs } from '../latency.ts';
import type { Policy } from '../policy.ts';
import { type Counted, type Halves, sumOf } from '../world.ts';
import { onFixedRamp, usualRamp, type Watch } from './watch.ts';

/** Of 1 % in all: the rest is left to a guard that a fixed ramp has no use for. */
const alpha = 0.008;
const ratios = [1.5, 2.5, 5, 12, 60];
const not = { ratio: 1, extra: 0 };
const margin = { ratio: 1.5, extra: 0.0025 };

/** Near the usual p90, at the usual p99, and where nobody would call it fast. */
const thresholdsMs = [200, 300, 500] as const;

/** One comparison of the gate: what it counts as bad, and what it is suspicious of. */
interface Channel {
  readonly badOf: (counted: Counted) => number;
  readonly suspicions: ComparisonRule['suspicions'];
}

const channels: readonly Channel[] = [
  {
    badOf: ({ bad }) => bad,
    suspicions: [
      { tolerance: not, ratios, weight: 0.5, warmUp: 3 },
      { tolerance: { ratio: 1, extra: 0.2 }, ratios: [2, 4.5], weight: 0.1, warmUp: 0 },
    ],
  },
  ...thresholdsMs.map((edgeMs) => ({
    badOf: (counted: Counted) => overMs(edgeMs, counted),
    suspicions: [{ tolerance: not, ratios, weight: 0.4 / thresholdsMs.length, warmUp: 12 }],
  })),
];

/** Evidence as Sluice's gates weigh it: one bound over errors and latency. Worlds here have no clusters of errors, so none are looked for. */
function evidence(before: readonly Halves[]): Watch {
  const history = sumOf(before.flatMap(({ first, second }) => [first, second]));
  const weighed = channels.map(({ badOf, suspicions }) => {
    const usualRate = badOf(history) / Math.max(1, history.requests);
    const rule: ComparisonRule = { suspicions, margin, usualRate, clusterSize: 1, capAt: alpha };
    return { badOf, rule, state: beginComparison(rule) };
  });
  let weight = 0;
  return {
    see({ weight: inForce, canary, stable }) {
      if (!canary || !stable) return;
      const shifted = inForce !== weight;
      weight = inForce;
      for (const channel of weighed) {
        const counts = {
          canaryRequests: canary.requests,
          canaryBad: channel.badOf(canary),
          stableRequests: stable.requests,
          stableBad: channel.badOf(stable),
        };
        channel.state = advanceComparison(channel.state, counts, channel.rule, shifted);
      }
    },
    failed: () => lnMean(weighed.flatMap(({ state, rule }) => harmOf(state, rule))) >= Math.log(1 / alpha),
  };
}

/** Sluice's evidence on the ramp that its peers are given: what the gate is worth without a ramp of its own. */
export const eGateOnFixedRamp: Policy = {
  name: 'e-gate-fixed',
  says: 'e-gate on fixed 10/25/50 x5min',
  start: (before) => onFixedRamp(usualRamp, evidence(before)),
};
