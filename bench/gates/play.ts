import type { Policy } from './policy.ts';
import type { Scenario } from './scenarios.ts';
import { informationOf } from './wald.ts';
import { actuationTicks, firstWeightTick, horizonTicks, settlingTicks, type Tick, tickSeconds, worldOf } from './world.ts';

/** How one rollout went. */
export interface Outcome {
  readonly rolledBack: boolean;
  /** Bad requests beyond stable's until the canary's weight was 0 or four hours were over. */
  readonly excess: number;
  /** Minutes until 95 % or more were in force for a tick; unset if they never were. */
  readonly minutesTo95?: number;
  /** From the start to the decision to roll back; unset without one. */
  readonly secondsToDecision?: number;
  /** What could be read at that decision, in units of Wald's limit; unset without one. */
  readonly information?: number;
  /** Weights asked for after the first one. */
  readonly weightChanges: number;
}

/** The weight in force, and those on their way. */
function weights(first: number) {
  let inForce = 0;
  const asked: { readonly weight: number; readonly from: number }[] = [{ weight: first, from: firstWeightTick }];
  return {
    at(tick: number): number {
      while (asked[0] && asked[0].from <= tick) inForce = asked.shift()?.weight ?? inForce;
      return inForce;
    },
    ask: (weight: number, now: number) => void asked.push({ weight, from: now + actuationTicks }),
    settled: () => asked.length === 0,
  };
}

/**
 * Plays one rollout of a policy in a scenario.
 *
 * A bad canary is followed to the end of its harm: until its weight is 0, else for four hours, whether or not the policy still looks.
 *
 * @param run tells repetitions under one seed apart
 * @throws RangeError if the policy asks for a weight outside 0-1, or for another one after its rollback
 */
export function play(policy: Policy, scenario: Scenario, seed: number, run: number): Outcome {
  const world = worldOf(scenario, seed, run);
  const underway = policy.start(world.before);
  const weight = weights(underway.firstWeight);
  /** Ticks that cannot be read yet, with what they will tell. */
  const unread: { readonly seen: Tick; readonly information: number }[] = [];
  let read = 0;
  let excess = 0;
  let weightChanges = 0;
  let minutesTo95: number | undefined;
  let decided: { readonly secondsToDecision: number; readonly information: number } | undefined;

  for (let now = 0; now < horizonTicks; now += 1) {
    const inForce = weight.at(now);
    if (decided && weight.settled()) break;
    if (inForce >= 0.95) minutesTo95 ??= ((now + 1) * tickSeconds) / 60;
    if (underway.ended) {
      if (scenario.good && weight.settled()) break;
      excess += world.skim(inForce);
      continue;
    }
    const happened = world.play(inForce);
    excess += happened.excess;
    unread.push({ seen: happened.seen, information: scenario.good ? 0 : informationOf(scenario, happened) });
    if (unread.length > settlingTicks) {
      const readable = unread.shift();
      if (readable) {
        read += readable.information;
        underway.see(readable.seen);
      }
    }
    const wanted = underway.decide(now);
    if (wanted === undefined) continue;
    if (!(wanted >= 0 && wanted <= 1)) throw new RangeError(`Policy "${policy.name}" asks for weight ${wanted} at tick ${now}, expected 0-1`);
    if (decided) throw new RangeError(`Policy "${policy.name}" asks for weight ${wanted} at tick ${now}, after its rollback`);
    weightChanges += 1;
    weight.ask(wanted, now);
    if (wanted === 0) decided = { secondsToDecision: (now + 1) * tickSeconds, information: read };
  }
  return { rolledBack: decided !== undefined, excess, ...(minutesTo95 !== undefined && { minutesTo95 }), ...decided, weightChanges };
}
