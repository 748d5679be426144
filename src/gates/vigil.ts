import type { Period } from './periods.ts';

/** What a comparing gate keeps an eye on besides its evidence: whether the canary answers at all, and how stable is. */
export interface Vigil {
  /** Periods in a row in which the canary should have had requests and had none. */
  readonly silent: number;
  /** Requests it should have had since it was heard last. */
  readonly missed: number;
  /** Stable's last minute or so: requests and bad ones, halved every minute. */
  readonly recent: { readonly requests: number; readonly bad: number };
  /** Both variants' requests a second, lately; 0 until known. */
  readonly requestsPerSecond: number;
  /** Stable's periods so far and how many of them never came, to tell a lost datapoint from a silent canary. */
  readonly came: number;
  readonly lost: number;
}

export const beginVigil = (): Vigil => ({ silent: 0, missed: 0, recent: { requests: 0, bad: 0 }, requestsPerSecond: 0, came: 0, lost: 0 });

const halfLifeSeconds = 60;
/** Share of the requests that the rate of a new period has in the running figure. */
const novelty = 0.1;
const fewestExpected = 2;

/**
 * @param share the canary's intended share of the requests in this period, 0-1
 * @param kind which of the period's bad counts tells how stable is
 */
export function keepVigil(vigil: Vigil, period: Period, share: number, periodSeconds: number, kind = 0): Vigil {
  const { stable, canary } = period;
  if (!stable) return { ...vigil, lost: vigil.lost + 1 };
  const expected = share >= 1 ? 0 : (stable.requests * share) / (1 - share);
  const total = stable.requests + (canary?.requests ?? expected);
  const perSecond = total / periodSeconds;
  const decay = 0.5 ** (periodSeconds / halfLifeSeconds);
  const heard = canary !== undefined && canary.requests > 0;
  return {
    missed: heard ? 0 : vigil.missed + expected,
    silent: heard ? 0 : expected >= fewestExpected ? vigil.silent + 1 : vigil.silent,
    recent: { requests: vigil.recent.requests * decay + stable.requests, bad: vigil.recent.bad * decay + (stable.bad[kind] ?? 0) },
    requestsPerSecond: vigil.came === 0 ? perSecond : (1 - novelty) * vigil.requestsPerSecond + novelty * perSecond,
    came: vigil.came + 1,
    lost: vigil.lost,
  };
}

/** Silent periods in a row that chance explains once in ten thousand times, where datapoints get lost as often as stable's do. */
export function silenceLimit({ came, lost }: Vigil): number {
  const lostShare = Math.max(0.01, lost / Math.max(1, came + lost));
  return lostShare >= 1 ? Number.POSITIVE_INFINITY : Math.ceil(Math.log(1e4) / -Math.log(lostShare) - 1e-9);
}

/**
 * Whether neither lost datapoints nor chance explain the silence: a canary that should have had m requests has none with probability
 * e^-m, and every period of a bake, however long, is another occasion for it. All of them together: once in ten thousand rollouts.
 */
export const isSilenced = ({ silent, missed, came }: Pick<Vigil, 'silent' | 'missed' | 'came'>, limit: number): boolean =>
  silent >= 3 * limit && missed >= Math.log(1e4 * Math.max(1, came));

/** Whether stable itself is unwell, next to its usual rate: no time to raise a weight. */
export const isUnwell = ({ recent }: Vigil, usual: number): boolean => recent.requests > 0 && recent.bad / recent.requests > 3 * usual + 0.002;
