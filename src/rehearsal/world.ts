import type { Datapoint, Metrics } from '../ports/metrics.ts';
import type { Chance } from './chance.ts';
import { figureOf, NotModelled } from './figure.ts';
import type { Behaviour, Source } from './source.ts';

/** What one variant did in some time. */
export interface Counted {
  requests: number;
  errors: number;
  readonly buckets: number[];
  /** Sums of the values of the delivery's own metrics. */
  readonly sums: number[];
}

/** What the canary did while it had traffic, until now. */
export interface Harm {
  readonly requests: number;
  readonly errors: number;
  /** Failed requests beyond those that stable would have failed as well. */
  readonly excessErrors: number;
  /** Slow ones beyond stable's share; 0 where no gate says what is slow. */
  readonly excessSlow: number;
}

export interface Names {
  readonly endpointName: string;
  readonly stable: string;
  readonly canary: string;
}

export interface World {
  readonly metrics: Metrics;
  /** When the source ends, epoch milliseconds; Infinity where it never does. */
  readonly endMs: number;
  /** The canary has a share of the traffic, 0-1, from the first whole tick after `fromMs` on. */
  shift(fromMs: number, share: number): void;
  /** Lets everything up to a moment happen. */
  advance(toMs: number): void;
  harm(): Harm;
}

const minuteMs = 60_000;

/**
 * A world played from draws: what each variant does tick by tick at the weights it is given, and CloudWatch's answers about it.
 *
 * @param startMs start of the first tick, on a whole minute
 * @param periodSeconds how often metrics are published: what a lost datapoint covers
 */
export function worldOf(
  source: Source,
  names: Names,
  startMs: number,
  periodSeconds: number,
  slowMs: number | undefined,
  draw: Chance,
  historyDraw: Chance,
): World {
  const tickMs = source.tickSeconds * 1000;
  const ticksAPeriod = Math.max(1, periodSeconds / source.tickSeconds);
  const slowFrom = slowMs === undefined ? -1 : source.edgesMs.indexOf(slowMs) + 1;
  const ticks: { readonly stable: Counted | undefined; readonly canary: Counted | undefined }[] = [];
  /** What is over does not change: gates that look at a whole step ask for the same periods again and again. */
  const periods = new Map<string, Counted | undefined>();
  const history = new Map<number, Counted | undefined>();
  const shifts: { readonly fromMs: number; readonly share: number }[] = [];
  const harm = { requests: 0, errors: 0, excessErrors: 0, excessSlow: 0 };
  let age = 0;
  let lost = { stable: false, canary: false };

  const shareAt = (atMs: number): number => shifts.findLast(({ fromMs }) => fromMs <= atMs)?.share ?? 0;
  const slowShare = (buckets: readonly number[]): number => (slowFrom > 0 ? buckets.slice(slowFrom).reduce((sum, one) => sum + one, 0) : 0);

  function count(requests: number, behaviour: Behaviour, role: 'stable' | 'canary', from: Chance): Counted {
    return {
      requests,
      errors: from.binomial(requests, behaviour.errorRate),
      buckets: spread(requests, behaviour.buckets, from),
      sums: source.ownMetrics.map((metric) => {
        const { mean, deviation } = metric[role];
        return requests * mean + Math.sqrt(requests) * deviation * normal(from);
      }),
    };
  }

  function play(): void {
    const tick = ticks.length;
    const share = shareAt(startMs + tick * tickMs);
    const requests = source.requests(tick, draw);
    const behaviours = source.behave(tick, { ageSeconds: age * source.tickSeconds, share }, draw);
    const toCanary = draw.binomial(requests, share);
    const canary = count(toCanary, behaviours.canary, 'canary', draw);
    const stable = count(requests - toCanary, behaviours.stable, 'stable', draw);
    if (share > 0) age += 1;
    harm.requests += toCanary;
    harm.errors += canary.errors;
    harm.excessErrors += canary.errors - toCanary * behaviours.stable.errorRate;
    if (slowFrom > 0)
      harm.excessSlow += canary.buckets.slice(slowFrom).reduce((sum, hits) => sum + hits, 0) - toCanary * slowShare(behaviours.stable.buckets);
    if (tick % ticksAPeriod === 0 && source.lostDatapoints > 0)
      lost = { stable: draw.uniform() < source.lostDatapoints, canary: draw.uniform() < source.lostDatapoints };
    ticks.push({ stable: lost.stable ? undefined : stable, canary: lost.canary ? undefined : canary });
  }

  function minuteBefore(minute: number): Counted | undefined {
    if (!history.has(minute)) {
      const known = source.before(minute, historyDraw);
      history.set(minute, known && count(known.requests, known.stable, 'stable', historyDraw));
    }
    return history.get(minute);
  }

  /** A period's counts of one variant, or of both; undefined where no datapoint is. */
  function periodOf(role: 'stable' | 'canary' | 'both', atMs: number, seconds: number): Counted | undefined {
    if (atMs < startMs) return seconds === 60 && role !== 'canary' ? minuteBefore((atMs - startMs) / minuteMs) : undefined;
    const first = Math.round((atMs - startMs) / tickMs);
    const last = first + Math.round((seconds * 1000) / tickMs);
    if (last > ticks.length) return undefined;
    const key = `${role} ${first} ${last}`;
    if (!periods.has(key)) periods.set(key, summed(role, first, last));
    return periods.get(key);
  }

  function summed(role: 'stable' | 'canary' | 'both', first: number, last: number): Counted | undefined {
    const parts = ticks.slice(first, last).flatMap((one) => (role === 'both' ? [one.stable, one.canary] : [one[role]]));
    let sum: Counted | undefined;
    for (const part of parts) if (part && part.requests > 0) sum = sum ? added(sum, part) : part;
    return sum;
  }

  return {
    endMs: startMs + source.ticks * tickMs,
    shift: (fromMs, share) => void shifts.push({ fromMs, share }),
    advance(toMs) {
      while (ticks.length < source.ticks && startMs + (ticks.length + 1) * tickMs <= toMs) play();
    },
    harm: () => harm,
    metrics: {
      async read(queries, window) {
        return queries.map((query) => {
          const figure = figureOf(query, source);
          const values = Object.values(query.dimensions);
          const role = values.includes(names.canary) ? 'canary' : values.includes(names.stable) ? 'stable' : 'both';
          const points: Datapoint[] = [];
          for (let atMs = window.startMs; atMs < window.endMs; atMs += query.periodSeconds * 1000) {
            const counted = periodOf(role, atMs, query.periodSeconds);
            const value = counted && figure(counted);
            if (value !== undefined) points.push({ atMs, value });
          }
          return points;
        });
      },
      async compute({ expression }) {
        throw new NotModelled(`metric math ${expression}`);
      },
    },
  };
}

const added = (one: Counted, other: Counted): Counted => ({
  requests: one.requests + other.requests,
  errors: one.errors + other.errors,
  buckets: one.buckets.map((hits, index) => hits + (other.buckets[index] ?? 0)),
  sums: one.sums.map((sum, index) => sum + (other.sums[index] ?? 0)),
});

/** Shares too small to be met in any run are not worth a draw. */
const negligible = 1e-12;

function spread(requests: number, shares: readonly number[], draw: Chance): number[] {
  let left = requests;
  let mass = 1;
  return shares.map((share, index) => {
    if (left === 0 || (share < negligible && index < shares.length - 1)) return 0;
    const hits = index === shares.length - 1 || mass <= share ? left : draw.binomial(left, share / mass);
    left -= hits;
    mass -= share;
    return hits;
  });
}

/** A standard normal draw (Box and Muller). */
const normal = (draw: Chance): number => Math.sqrt(-2 * Math.log(1 - draw.uniform())) * Math.cos(2 * Math.PI * draw.uniform());
