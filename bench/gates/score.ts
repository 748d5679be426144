import type { Outcome } from './play.ts';
import type { Scenario } from './scenarios.ts';

/** What a policy's outcomes in one scenario come to. */
export interface Score {
  readonly scenario: string;
  readonly good: boolean;
  readonly runs: number;
  /** Of a good scenario. */
  readonly falseRollbackPercent?: number;
  /** Of a bad scenario: never rolled back. */
  readonly missedPercent?: number;
  /** Of a good scenario, over the runs that came so far; unset if none did. */
  readonly medianMinutesTo95?: number;
  /** Of a bad scenario, over those rolled back; unset if none was. */
  readonly medianSecondsToDecision?: number;
  /** Of a bad scenario. */
  readonly meanExcessBad?: number;
  readonly p95ExcessBad?: number;
  /** Of a bad scenario: information at the decision, in units of Wald's limit, which holds for the mean; unset if none was rolled back. */
  readonly meanWaldRatio?: number;
  readonly medianWaldRatio?: number;
  readonly meanWeightChanges: number;
}

/** A policy's scores over all scenarios in five figures: what the last line of JSON has. Unset: no scenario tells. */
export interface Summary {
  readonly worstFalseRollbackPercent?: number;
  readonly worstMissPercent?: number;
  /** Median over the good scenarios of their medians. */
  readonly medianMinutesTo95?: number;
  /** Over the bad scenarios, of their means. */
  readonly geometricMeanExcessBad?: number;
  /** Mean, by scenario. */
  readonly waldRatio: Readonly<Record<string, number>>;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The value below which `share` of the values are, between its neighbours where it falls between two; unset for an empty list. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  return low === undefined || high === undefined ? undefined : low + (high - low) * (at - Math.floor(at));
}

const percentOf = (part: number, whole: number): number => (100 * part) / whole;
const present = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined);
/** An object with the fields that have a value. */
const set = <Fields extends Record<string, number | undefined>>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]?: number }; // Those left have one.

/** @param outcomes at least one */
export function scoreOf({ id, good }: Scenario, outcomes: readonly Outcome[]): Score {
  const rolledBack = outcomes.filter((outcome) => outcome.rolledBack);
  const common = { scenario: id, good, runs: outcomes.length, meanWeightChanges: mean(outcomes.map(({ weightChanges }) => weightChanges)) };
  if (good) {
    const minutes = outcomes.filter((outcome) => !outcome.rolledBack).map(({ minutesTo95 }) => minutesTo95);
    return {
      ...common,
      ...set({ falseRollbackPercent: percentOf(rolledBack.length, outcomes.length), medianMinutesTo95: quantile(present(minutes), 0.5) }),
    };
  }
  const excess = outcomes.map((outcome) => outcome.excess);
  const information = present(rolledBack.map((outcome) => outcome.information));
  return {
    ...common,
    ...set({
      missedPercent: percentOf(outcomes.length - rolledBack.length, outcomes.length),
      medianSecondsToDecision: quantile(present(rolledBack.map(({ secondsToDecision }) => secondsToDecision)), 0.5),
      meanExcessBad: mean(excess),
      p95ExcessBad: quantile(excess, 0.95),
      meanWaldRatio: information.length === 0 ? undefined : mean(information),
      medianWaldRatio: quantile(information, 0.5),
    }),
  };
}

export function summaryOf(scores: readonly Score[]): Summary {
  const falseRollbacks = present(scores.map(({ falseRollbackPercent }) => falseRollbackPercent));
  const missed = present(scores.map(({ missedPercent }) => missedPercent));
  const excess = present(scores.map(({ meanExcessBad }) => meanExcessBad));
  return {
    ...set({
      worstFalseRollbackPercent: falseRollbacks.length === 0 ? undefined : Math.max(...falseRollbacks),
      worstMissPercent: missed.length === 0 ? undefined : Math.max(...missed),
      medianMinutesTo95: quantile(present(scores.map(({ medianMinutesTo95 }) => medianMinutesTo95)), 0.5),
      // A policy that does no harm at all would make the logarithm minus infinity: a tenth of a request is none.
      geometricMeanExcessBad: excess.length === 0 ? undefined : Math.exp(mean(excess.map((value) => Math.log(Math.max(0.1, value))))),
    }),
    waldRatio: Object.fromEntries(scores.flatMap(({ scenario, meanWaldRatio }) => (meanWaldRatio === undefined ? [] : [[scenario, meanWaldRatio]]))),
  };
}
