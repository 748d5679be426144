import type { DeliverySpec } from '../rollout/spec.ts';
import { canaryNameOf } from '../rollout/variants.ts';
import { definitionsOf } from './alarms.ts';
import { chanceOf } from './chance.ts';
import { type Needs, needsOf } from './needs.ts';
import { type Report, reportOf } from './report.ts';
import { play, type Run } from './run.ts';
import type { Scenario } from './scenario.ts';
import { sourceOf } from './source.ts';
import { type Timing, timingOf } from './timing.ts';
import { type Names, worldOf } from './world.ts';

/** What a rehearsal is of. */
export interface Rehearsal {
  readonly spec: DeliverySpec;
  readonly scenario: Scenario;
  readonly seed: number;
  /** 10 or 60; undefined: the delivery's. */
  readonly periodSeconds?: number | undefined;
}

/** A noon like any other: nothing depends on it, and logs of two rehearsals can be compared. */
const startMs = Date.UTC(2026, 0, 1, 12);

/** The two variants' names as a rollout of this delivery would call them. */
export function namesOf(spec: DeliverySpec): Names {
  const stable = spec.serve.stableVariant ?? `${spec.name}-a`;
  return { endpointName: spec.serve.endpoint, stable, canary: canaryNameOf(spec.name, stable) };
}

const timingFor = ({ spec, scenario, periodSeconds }: Rehearsal): Timing => timingOf(spec, periodSeconds, scenario.actuation);

/**
 * Plays runs `first` to `first + count - 1` of a rehearsal, in order. Each draws from a stream of its own: it comes out the same whoever
 * plays it, beside whichever others.
 */
export async function playRuns(rehearsal: Rehearsal, first: number, count: number): Promise<Run[]> {
  const { medianMs } = rehearsal.scenario.latency;
  const usual = needsOf(rehearsal.spec, medianMs);
  const runs: Run[] = [];
  for (let run = first; run < first + count; run += 1) {
    const played = await playRun(rehearsal, run, usual);
    const wantsMore = !usual.fine && Object.values(played.assumed).some((what) => what.includes('ModelLatency'));
    // A statistic nobody expected: the same run again, from a grid that has all of them.
    runs.push(wantsMore ? await playRun(rehearsal, run, needsOf(rehearsal.spec, medianMs, true)) : played);
  }
  return runs;
}

async function playRun(rehearsal: Rehearsal, run: number, needs: Needs): Promise<Run> {
  const { spec, scenario, seed } = rehearsal;
  const timing = timingFor(rehearsal);
  const source = sourceOf(scenario, needs);
  const names = namesOf(spec);
  const draw = chanceOf(seed, 2 * run);
  // Of an endpoint's minute, a rollout begins anywhere.
  const firstMs = startMs + source.tickSeconds * 1000 * Math.floor(draw.uniform() * (60 / source.tickSeconds));
  const world = worldOf(source, names, startMs, timing.periodSeconds, needs.slowMs, draw, chanceOf(seed, 2 * run + 1));
  return play(spec, world, definitionsOf(scenario.alarms, names), names, timing, firstMs);
}

/** What is said with every rehearsal. */
const rehearsed =
  'The core without the wire: gates, strategy and their arithmetic as they run in the service, against modelled traffic on a virtual clock. No AWS call, no container, no delay of a function is in it.';

/** The report of runs that were played. */
export const reportOfRehearsal = (rehearsal: Rehearsal, runs: readonly Run[]): Report =>
  reportOf(runs, {
    says: rehearsed,
    spec: rehearsal.spec,
    scenario: { name: rehearsal.scenario.name, says: rehearsal.scenario.says, good: rehearsal.scenario.good },
    seed: rehearsal.seed,
    timing: timingFor(rehearsal),
    slowMs: needsOf(rehearsal.spec).slowMs,
  });

/** Rehearses a delivery in this very thread. */
export const rehearse = async (rehearsal: Rehearsal, runs: number): Promise<Report> =>
  reportOfRehearsal(rehearsal, await playRuns(rehearsal, 0, runs));
