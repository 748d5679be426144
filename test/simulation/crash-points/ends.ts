import { alike } from '../invariants/invariant.ts';
import type { RolloutTruth, Snapshot, Truth } from '../truth.ts';
import { endpointName, journeys } from './journey.ts';
import type { Way } from './points.ts';
import type { Visit } from './record.ts';

/** How things stood at the moment a function died. */
export interface Moment {
  /** Whether the rollout had been admitted. */
  readonly admitted: boolean;
  /** Whether a call that changes the endpoint had been taken. */
  readonly touched: boolean;
  /** How it was decided that the rollout ends; unset where nobody had. */
  readonly decided: string | undefined;
  /** Its outcome; unset where it had none. */
  readonly ended: string | undefined;
  /** Which machine's execution was stopped; unset where none was. */
  readonly stopped: 'delivery' | 'rollout' | undefined;
}

/** The outcomes a rollout may end with after this. `none`: it may never have been one. */
export function allowedEnds({ journey, functionName }: Visit, way: Way, moment: Moment): readonly string[] {
  const { admitted, touched, decided, ended, stopped } = moment;
  if (ended !== undefined) return [ended];
  // Nobody had written down that anything was asked for.
  if (way === 'given-up' && functionName === 'sluice-start-rollout' && !admitted) return ['none'];
  const { outcome } = journeys[journey];
  if (way === 'given-up' || way === 'dies') return [outcome];
  // What was decided first stays.
  if (decided !== undefined) return [decided];
  // The walk goes on by itself, and nobody hears that it should not.
  const goesOn = way === 'unheard' && stopped === 'delivery' ? [outcome] : [];
  return touched ? ['RolledBack', ...goesOn] : ['RolledBack', 'Rejected', 'Failed', ...goesOn];
}

/** What about the endpoint is not as the rollout's outcome says, whether what it left behind rests there still or has retired. */
export function differencesFromEnd(truth: Truth, { held, ended, id }: RolloutTruth, before: Snapshot): readonly string[] {
  const now = truth.snapshot(endpointName);
  const named = (name: string | undefined) => now?.variants.find((variant) => variant.name === name);
  const wrong: string[] = [];
  if (ended?.outcome === 'Succeeded') {
    const canary = named(held?.canary);
    const pushed = [...truth.asked.keys()].map((asked) => asked.split(' ')[1]);
    if (!canary || !alike(canary.weight, held?.stableWeight ?? 0) || !alike(canary.desiredWeight, canary.weight))
      wrong.push(`the canary of ${id} succeeded and has weight ${canary?.weight}`);
    if (!pushed.includes(canary?.images)) wrong.push(`the canary runs ${canary?.images}, pushed was ${pushed.join()}`);
    const stable = named(held?.stable);
    if (stable && (stable.weight !== 0 || stable.desiredWeight !== 0 || stable.desiredInstances > 1))
      wrong.push(`stable rests with weight ${stable.weight} and ${stable.desiredInstances} instances`);
    return wrong;
  }
  for (const was of before.variants) {
    const is = named(was.name);
    const same =
      is &&
      alike(is.weight, was.desiredWeight) &&
      alike(is.desiredWeight, was.desiredWeight) &&
      is.instances === was.instances &&
      is.images === was.images;
    if (!same) wrong.push(`${was.name} was ${JSON.stringify(was)}, is ${JSON.stringify(is)}`);
  }
  for (const other of now?.variants ?? []) {
    if (before.variants.some(({ name }) => name === other.name)) continue;
    if (other.weight !== 0 || other.desiredWeight !== 0 || other.desiredInstances > 1)
      wrong.push(`${other.name} rests with weight ${other.weight} and ${other.desiredInstances} instances`);
  }
  return wrong;
}
