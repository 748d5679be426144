import { type Outcome, play } from './play.ts';
import type { Policy } from './policy.ts';
import type { Scenario } from './scenarios.ts';

/** A share of the benchmark that one worker plays at a time: plain data, so that it can be sent. */
export interface Job {
  readonly policy: string;
  readonly scenario: string;
  readonly seed: number;
  readonly firstRun: number;
  readonly runs: number;
}

/** Small enough that no worker is left alone with the last one for long. */
const runsAJob = 200;

/** All of `runs` rollouts a seed, scenario and policy, in jobs. */
export function jobsOf(
  policies: readonly Policy[],
  scenarios: readonly Scenario[],
  { seeds, runs }: { readonly seeds: readonly number[]; readonly runs: number },
): Job[] {
  const firsts = Array.from({ length: Math.ceil(runs / runsAJob) }, (_, index) => index * runsAJob);
  return policies.flatMap((policy) =>
    scenarios.flatMap((scenario) =>
      seeds.flatMap((seed) =>
        firsts.map((firstRun) => ({ policy: policy.name, scenario: scenario.id, seed, firstRun, runs: Math.min(runsAJob, runs - firstRun) })),
      ),
    ),
  );
}

/** Plays a job. @throws Error if it names a policy or scenario that is not among the given ones */
export function playJob(
  { policy: name, scenario: id, seed, firstRun, runs }: Job,
  policies: readonly Policy[],
  scenarios: readonly Scenario[],
): Outcome[] {
  const policy = policies.find((policy) => policy.name === name);
  const scenario = scenarios.find((scenario) => scenario.id === id);
  if (!policy || !scenario) throw new Error(`Cannot play policy "${name}" in scenario "${id}": there is no such ${policy ? 'scenario' : 'policy'}`);
  return Array.from({ length: runs }, (_, run) => play(policy, scenario, seed, firstRun + run));
}
