import { momentsMs } from '../latency.ts';
import type { Policy, Underway } from '../policy.ts';
import { type Counted, firstWeightTick, sumOf, type Tick } from '../world.ts';
import { shiftOf } from './mann-whitney.ts';

const weight = 0.1;
const tolerance = 0.25;

interface Setting {
  /** How long a point of a metric's series is. */
  readonly pointTicks: number;
  readonly everyTicks: number;
  readonly lifetimeTicks: number;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Whether NetflixACAJudge calls a metric High: shifted up by more than its tolerance, with a mean at least as high as stable's. */
export function isHigh(canary: readonly number[], stable: readonly number[]): boolean {
  if (canary.length === 0 || stable.length === 0) return false;
  if (new Set([...canary, ...stable]).size === 1) return false;
  const { estimate, low } = shiftOf(canary, stable);
  return low > tolerance * Math.abs(estimate) && meanOf(canary) >= meanOf(stable);
}

/**
 * Kayenta's canary analysis with NetflixACAJudge: 10 % all the time, judged now and then over everything since the start.
 *
 * Error rate and mean latency are a group each, half of the score; points without requests are removed. A High one leaves 50, below any
 * usual `marginal`, so either stops the rollout. Stable itself, not a fresh baseline of the canary's size, is compared with.
 *
 * @see kayenta, kayenta-judge, NetflixACAJudge.scala and MannWhitney.scala
 */
function judged({ pointTicks, everyTicks, lifetimeTicks }: Setting): Underway {
  const series: Record<'canary' | 'stable', { readonly errors: number[]; readonly latencies: number[] }> = {
    canary: { errors: [], latencies: [] },
    stable: { errors: [], latencies: [] },
  };
  let point: Tick[] = [];
  let ended = false;
  const add = (role: 'canary' | 'stable', { requests, bad, buckets }: Counted) => {
    const moments = momentsMs({ requests, buckets });
    if (!moments) return;
    series[role].errors.push(bad / requests);
    series[role].latencies.push(moments.mean);
  };
  return {
    firstWeight: weight,
    get ended() {
      return ended;
    },
    see(tick) {
      point.push(tick);
      if ((tick.tick + 1) % pointTicks !== 0) return;
      add('canary', sumOf(point.map(({ canary }) => canary)));
      add('stable', sumOf(point.map(({ stable }) => stable)));
      point = [];
    },
    decide(now) {
      // After a whole interval of readable ticks.
      if (now > 1 && (now - 1) % everyTicks === 0) {
        const { canary, stable } = series;
        if (isHigh(canary.errors, stable.errors) || isHigh(canary.latencies, stable.latencies)) {
          ended = true;
          return 0;
        }
      }
      if (now < firstWeightTick + lifetimeTicks) return undefined;
      ended = true;
      return 1;
    },
  };
}

export const kayenta: readonly Policy[] = [
  {
    name: 'kayenta-30min',
    says: 'Kayenta 10%, 30min, judged each 10min',
    start: () => judged({ pointTicks: 1, everyTicks: 60, lifetimeTicks: 180 }),
  },
  {
    name: 'kayenta-3h',
    says: 'Kayenta 10%, 3h, judged hourly, 60s steps',
    start: () => judged({ pointTicks: 6, everyTicks: 360, lifetimeTicks: 1080 }),
  },
];
