import { type Counts, lnFactor, stakes, type Tolerance } from './e-factor.ts';
import { advanceNotWorse, beginNotWorse, lnNotWorse, type NotWorse } from './not-worse.ts';
import { advanceOnset, beginOnset, defaultPrior, lnEvidence, type Onset } from './onset.ts';
import { upperRate } from './rate-bound.ts';

/** One suspicion: what still counts as good, and how much worse the canary may be where it is not. */
export interface Suspicion {
  readonly tolerance: Tolerance;
  /** Multiples of the tolerated rate to be quick against, > 1. */
  readonly ratios: readonly number[];
  /** Share of the gate's evidence this suspicion has, 0-1. */
  readonly weight: number;
  /** The canary's first periods that say nothing yet. */
  readonly warmUp: number;
}

/** How bad requests of canary and stable are compared. */
export interface ComparisonRule {
  readonly suspicions: readonly Suspicion[];
  /** Worse than this must be refuted before the canary counts as not worse. */
  readonly margin: Tolerance;
  /** Stable's rate as its history has it, 0-1. */
  readonly usualRate: number;
  /** Largest number of errors that come as one, >= 1: what divides the evidence. */
  readonly clusterSize: number;
  /** Level at which all evidence together decides: no single period may lift any part of it there. Unset: one may (periods of a minute). */
  readonly capAt?: number;
}

/** What is remembered between two periods: small JSON. */
export interface Comparison {
  /** Periods in which the canary had requests. */
  readonly seen: number;
  readonly harm: readonly Onset[];
  readonly notWorse: NotWorse;
  /** Stable's recent requests and bad ones, halved every sixty periods. */
  readonly recent: { readonly requests: number; readonly bad: number };
  /** Since the warm-up. `expected`: how many bad requests the canary would have had at stable's rate of the same periods. */
  readonly total: {
    readonly canaryRequests: number;
    readonly canaryBad: number;
    readonly stableRequests: number;
    readonly stableBad: number;
    readonly expected: number;
  };
}

/** Requests that the historic rate counts for. */
const usualRequests = 200;
const decay = 0.5 ** (1 / 60);
const highestRate = 0.98;

export const beginComparison = ({ suspicions }: Pick<ComparisonRule, 'suspicions'>): Comparison => ({
  seen: 0,
  harm: suspicions.map(({ ratios }) => beginOnset(ratios.length)),
  notWorse: beginNotWorse(),
  recent: { requests: 0, bad: 0 },
  total: { canaryRequests: 0, canaryBad: 0, stableRequests: 0, stableBad: 0, expected: 0 },
});

const shrunk = (bad: number, requests: number, usualRate: number): number => (bad + usualRequests * usualRate) / (requests + usualRequests);

/** Stable's rate as the last periods and its history have it, 0-1. */
export const recentStableRate = ({ recent }: Comparison, { usualRate }: ComparisonRule): number => shrunk(recent.bad, recent.requests, usualRate);

/**
 * The state after one period. A period in which one side served nothing says nothing.
 *
 * @param shifted whether a new weight took effect in this period
 */
export function advanceComparison(state: Comparison, counts: Counts, rule: ComparisonRule, shifted: boolean): Comparison {
  const { recent, total, seen } = state;
  if (counts.canaryRequests < 1 || counts.stableRequests < 1)
    return {
      ...state,
      // Its warm-up passes, whatever of stable's arrives.
      seen: seen + (counts.canaryRequests >= 1 ? 1 : 0),
      recent: { requests: recent.requests * decay, bad: recent.bad * decay },
    };
  const stableRate = recentStableRate(state, rule);
  const harm = state.harm.map((onset, index) => {
    const suspicion = rule.suspicions[index];
    if (!suspicion || seen < suspicion.warmUp) return onset;
    const { tolerance, ratios } = suspicion;
    const exposure = (tolerance.ratio * counts.canaryRequests) / counts.stableRequests;
    const tolerated = tolerance.ratio * stableRate + tolerance.extra;
    const threshold = rule.capAt === undefined ? Number.POSITIVE_INFINITY : -Math.log(rule.capAt);
    return advanceOnset(
      onset,
      (lnStaked, alternative) => {
        const suspected = Math.min(highestRate, (ratios[alternative] ?? 1) * tolerated);
        const ln = lnFactor(counts, stakes(suspected, stableRate, exposure, tolerance)) / rule.clusterSize;
        // No single period decides, whatever all suspicions make of it together; what is taken off a factor only makes the bound safer.
        return Math.min(ln, Math.max(threshold, 0.6 * (threshold - lnStaked)));
      },
      shifted,
      defaultPrior,
    );
  });
  const warm = seen >= Math.max(...rule.suspicions.slice(0, 1).map(({ warmUp }) => warmUp));
  return {
    seen: seen + 1,
    harm,
    notWorse: warm
      ? advanceNotWorse(state.notWorse, counts, shrunk(total.stableBad, total.stableRequests, rule.usualRate), rule.margin, rule.clusterSize)
      : state.notWorse,
    recent: { requests: recent.requests * decay + counts.stableRequests, bad: recent.bad * decay + counts.stableBad },
    total: warm
      ? {
          canaryRequests: total.canaryRequests + counts.canaryRequests,
          canaryBad: total.canaryBad + counts.canaryBad,
          stableRequests: total.stableRequests + counts.stableRequests,
          stableBad: total.stableBad + counts.stableBad,
          expected: total.expected + (counts.canaryRequests * counts.stableBad) / counts.stableRequests,
        }
      : total,
  };
}

/** ln of the evidence of harm, one part a suspicion with its weight. */
export const harmOf = (state: Comparison, rule: ComparisonRule): { readonly weight: number; readonly lnE: number }[] =>
  state.harm.map((onset, index) => ({ weight: rule.suspicions[index]?.weight ?? 0, lnE: lnEvidence(onset) }));

/** ln of the evidence that the canary is not worse than the margin. */
export const lnNotWorseOf = (state: Comparison): number => lnNotWorse(state.notWorse);

/** Upper bound of how many more of its requests are bad than of stable's, 0-1: 1 while nothing is excluded. */
export function excessBound({ total }: Comparison, gamma: number): number {
  if (total.canaryRequests <= 0) return 1;
  return Math.max(0, upperRate(total.canaryRequests, total.canaryBad, gamma) - total.expected / total.canaryRequests);
}
