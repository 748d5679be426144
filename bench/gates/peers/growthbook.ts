import { momentsMs } from '../latency.ts';
import type { Policy } from '../policy.ts';
import { type Counted, sumOf } from '../world.ts';

const lookTicks = 6;
const durationTicks = 360;
/** Raised in equal steps over the first quarter of the duration. */
const exposures = [0.1, 0.25, 0.5, 0.75, 1];
const alpha = 0.05;
const tunedFor = 5000;

/** One metric of a variant: mean and variance of a single request, and how many there were. */
interface Sample {
  readonly mean: number;
  readonly variance: number;
  readonly requests: number;
}

/**
 * Lower limit of (canary - stable), one-sided and valid at every look: an asymptotic confidence sequence with a normal mixture.
 *
 * @see GrowthBook's documentation of safe rollouts; Waudby-Smith and others, Time-uniform central limit theory
 */
export function lowerLimit(canary: Sample, stable: Sample): number {
  const n = canary.requests + stable.requests;
  const variance = n * (canary.variance / canary.requests + stable.variance / stable.requests);
  const lnA = Math.log(2 * alpha);
  const rho2 = (-2 * lnA + Math.log(1 - 2 * lnA)) / tunedFor;
  const width = Math.sqrt(variance) * Math.sqrt(((2 * (n * rho2 + 1)) / (n * n * rho2)) * Math.log(1 + Math.sqrt(n * rho2 + 1) / (2 * alpha)));
  return canary.mean - stable.mean - width;
}

/** GrowthBook has no answer for a metric without variance; half a bad and half a good request more leave a little even where all fail. */
function errorsOf({ bad, requests }: Counted): Sample {
  const spread = (bad + 0.5) / (requests + 1);
  return { mean: bad / requests, variance: spread * (1 - spread), requests };
}

function latencyOf(counted: Counted): Sample {
  const { mean, variance } = momentsMs(counted) ?? { mean: 0, variance: 0 };
  return { mean, variance: (variance * counted.requests) / (counted.requests - 1), requests: counted.requests };
}

/**
 * GrowthBook's safe rollout over an hour: half of those exposed get the canary, 10 to 100 % are exposed within the first quarter, and error
 * rate and mean latency are guardrails with a sequential test, looked at every minute. Shipped at the end if none failed.
 *
 * All of stable's requests count as control, more than GrowthBook would have at the start.
 */
export const growthBook: Policy = {
  name: 'growthbook-safe-rollout',
  says: 'GrowthBook safe rollout 60min',
  start() {
    let canary: Counted = sumOf([]);
    let stable: Counted = sumOf([]);
    let step = 0;
    let ended = false;
    const fails = () =>
      canary.requests > 1 && stable.requests > 1 && [errorsOf, latencyOf].some((metric) => lowerLimit(metric(canary), metric(stable)) > 0);
    return {
      firstWeight: (exposures[0] ?? 0) / 2,
      get ended() {
        return ended;
      },
      see(tick) {
        canary = sumOf([canary, tick.canary]);
        stable = sumOf([stable, tick.stable]);
      },
      decide(now) {
        // Whole minutes of readable ticks.
        if (now > 1 && (now - 1) % lookTicks === 0 && fails()) {
          ended = true;
          return 0;
        }
        if (now >= durationTicks) {
          ended = true;
          return 1;
        }
        const stepTicks = durationTicks / 4 / (exposures.length - 1);
        if (step === exposures.length - 1 || now < (step + 1) * stepTicks) return undefined;
        step += 1;
        return (exposures[step] ?? 0) / 2;
      },
    };
  },
};
