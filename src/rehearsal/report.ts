import type { DeliverySpec } from '../rollout/spec.ts';
import { strategyOf } from '../strategies/registry.ts';
import { quantile, shareBounds, type Spread, spreadOf } from './figures.ts';
import type { Run } from './run.ts';
import type { Timing } from './timing.ts';

/** What a gate would have said over all looks of all runs. */
export interface GateReport {
  readonly gate: string;
  readonly path: string;
  readonly observed: boolean;
  /** Runs that it ended. */
  readonly failedFirst: number;
  /** `result reason` -> share of its looks, 0-1, most frequent first. */
  readonly said: Readonly<Record<string, number>>;
  /** What it would have needed: it was assumed successful. Unset where it was asked. */
  readonly assumed?: string;
}

export interface Report {
  /** What this is: never the real service. */
  readonly says: string;
  readonly delivery: string;
  readonly scenario: { readonly name: string; readonly says: string; readonly good: boolean };
  readonly runs: number;
  readonly seed: number;
  readonly timing: Timing;
  /** Each outcome: runs, share and where the true share lies at 95 %. */
  readonly outcomes: readonly {
    readonly outcome: Run['outcome'];
    readonly runs: number;
    readonly share: number;
    readonly bounds: readonly [number, number];
  }[];
  /** Reason of the end -> runs, most frequent first. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Of the runs that got there; null where none did. */
  readonly secondsTo100: Spread | null;
  /** Of the runs that were rolled back, to the moment the canary had no traffic; null where none was. */
  readonly secondsToRolledBack: Spread | null;
  /** Requests of the canary, of all runs, until its end. Excess: beyond what stable would have done with them. */
  readonly canaryRequests: Spread | null;
  readonly failedRequests: Spread | null;
  readonly excessFailed: Spread | null;
  readonly excessSlow: Spread | null;
  /** What slow means in `excessSlow`; null where no gate says. */
  readonly slowMs: number | null;
  readonly gates: readonly GateReport[];
  /** Steps, percent, before which the delivery asks a person: the answer is assumed to be yes, at once. */
  readonly agreedPercents: readonly number[];
  /** The canary's share over time, percent; after a run's end it keeps what it ended with. */
  readonly weights: readonly { readonly seconds: number; readonly p5: number; readonly median: number; readonly p95: number }[];
  /** Sorted, one a run: for plots. */
  readonly all: { readonly secondsTo100: readonly number[]; readonly excessFailed: readonly number[] };
}

const gridPoints = 120;

function weightAt({ weights }: Run, seconds: number): number {
  return weights.findLast(([at]) => at <= seconds)?.[1] ?? 0;
}

function weightsOver(runs: readonly Run[]): Report['weights'] {
  // No list of arguments is as long as a list of runs may be.
  const last = runs.reduce((most, { weights }) => Math.max(most, weights.at(-1)?.[0] ?? 0), 0);
  const step = Math.max(10, Math.ceil((last * 1.1) / gridPoints / 10) * 10);
  return Array.from({ length: Math.ceil((last * 1.1) / step) + 1 }, (_, index) => {
    const seconds = index * step;
    const percents = runs.map((run) => weightAt(run, seconds)).toSorted((a, b) => a - b);
    const at = (share: number) => quantile(percents, share) ?? 0;
    return { seconds, p5: at(0.05), median: at(0.5), p95: at(0.95) };
  });
}

const byCount = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return byCount(counts);
}

function gateReport(spec: DeliverySpec['gates'][number], index: number, runs: readonly Run[]): GateReport {
  const path = `gates[${index}]`;
  const looks: Record<string, number> = {};
  for (const run of runs) for (const [word, count] of Object.entries(run.said[path] ?? {})) looks[word] = (looks[word] ?? 0) + count;
  const all = Object.values(looks).reduce((sum, count) => sum + count, 0);
  const assumed = runs.find((run) => run.assumed[path] !== undefined)?.assumed[path];
  return {
    gate: spec.type,
    path,
    observed: spec.observe,
    failedFirst: runs.filter(({ failedGate }) => failedGate === path).length,
    said: byCount(Object.fromEntries(Object.entries(looks).map(([word, count]) => [word, count / all]))),
    ...(assumed !== undefined && { assumed }),
  };
}

/** What many runs come to. The same runs give the same report, in whatever processes they were played. */
export function reportOf(
  runs: readonly Run[],
  about: Pick<Report, 'says' | 'scenario' | 'seed' | 'timing'> & { readonly spec: DeliverySpec; readonly slowMs: number | undefined },
): Report {
  const { spec, slowMs, ...told } = about;
  const outcomes = (['promoted', 'rolled-back', 'held', 'unfinished'] as const).flatMap((outcome) => {
    const hits = runs.filter((run) => run.outcome === outcome).length;
    return hits === 0 ? [] : [{ outcome, runs: hits, share: hits / runs.length, bounds: shareBounds(hits, runs.length) }];
  });
  const to100 = runs.flatMap(({ secondsTo100 }) => (secondsTo100 === undefined ? [] : [secondsTo100]));
  const of = (figure: (run: Run) => number) => spreadOf(runs.map(figure)) ?? null;
  return {
    ...told,
    delivery: spec.name,
    runs: runs.length,
    outcomes,
    reasons: tally(runs.map(({ reason }) => reason)),
    secondsTo100: spreadOf(to100) ?? null,
    secondsToRolledBack: spreadOf(runs.filter(({ outcome }) => outcome === 'rolled-back').map(({ seconds }) => seconds)) ?? null,
    canaryRequests: of(({ harm }) => harm.requests),
    failedRequests: of(({ harm }) => harm.errors),
    excessFailed: of(({ harm }) => harm.excessErrors),
    excessSlow: slowMs === undefined ? null : of(({ harm }) => harm.excessSlow),
    slowMs: slowMs ?? null,
    gates: spec.gates.map((gate, index) => gateReport(gate, index, runs)),
    agreedPercents: strategyOf(spec.strategy)
      .plan(spec.strategy)
      .flatMap(({ approval, canaryPercent }) => (approval ? [canaryPercent] : [])),
    weights: weightsOver(runs),
    all: {
      secondsTo100: to100.toSorted((a, b) => a - b),
      excessFailed: runs.map(({ harm }) => harm.excessErrors).toSorted((a, b) => a - b),
    },
  };
}
