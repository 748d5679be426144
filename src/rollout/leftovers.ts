import { ownAlarmPrefix } from '../gates/made-alarm.ts';
import type { Made } from '../ports/inventory.ts';
import type { Ports } from '../ports/ports.ts';
import type { DeliveryHead } from '../ports/rollouts.ts';
import { Refused } from './errors.ts';

type Needs = Pick<Ports, 'rollouts' | 'locks' | 'inventory' | 'clock'>;

/** How long after a rollout's end what it made is left alone, milliseconds: its own tidying comes first, and people may want to look. */
export const graceMs = 3_600_000;

/** What is known of the rollout whose tag a thing carries; unset where there is no such rollout. */
export interface Owner {
  readonly closed: boolean;
  readonly endedAtMs: number | undefined;
}

/**
 * What nobody will ask for any more: made by a rollout that ended a grace ago, and in no endpoint's use. An alarm we made ends with
 * its rollout; one a pipeline tagged lives as long as the rollout's model does. What names an unknown rollout is not ours to judge.
 *
 * @param inUse names of configurations and models endpoints run on; a rollout's model has the rollout's id for its name
 */
export function leftoversOf(made: readonly Made[], owners: ReadonlyMap<string, Owner>, inUse: ReadonlySet<string>, nowMs: number): readonly Made[] {
  return made.filter(({ kind, name, rolloutId }) => {
    const owner = owners.get(rolloutId);
    if (!owner?.closed || owner.endedAtMs === undefined || nowMs < owner.endedAtMs + graceMs) return false;
    if (kind === 'alarm' && name.startsWith(ownAlarmPrefix)) return true;
    return !inUse.has(kind === 'alarm' ? rolloutId : name);
  });
}

/** Finds and deletes what a delivery's rollouts left behind: lists first, deletes second. @returns what was deleted, in words */
export async function removeLeftovers(head: DeliveryHead, endpointNames: readonly string[], ports: Needs): Promise<readonly string[]> {
  const nowMs = ports.clock.now();
  const records = await Promise.all(endpointNames.map((name) => ports.locks.record(name)));
  const known = new Set(records.flatMap((record) => (record ? [...record.configs, ...record.models] : [])));
  const made = await ports.inventory.madeFor(head.name, known, nowMs - graceMs);
  const owners = new Map<string, Owner>();
  for (const rolloutId of new Set(made.map((one) => one.rolloutId))) {
    const rollout = await ports.rollouts.find(rolloutId);
    if (rollout) owners.set(rolloutId, { closed: rollout.closed === true, endedAtMs: rollout.endedAtMs });
  }
  // Asking every endpoint of the account is worth it only where there is something to delete.
  if (leftoversOf(made, owners, new Set(), nowMs).length === 0) return [];
  const deleted: string[] = [];
  for (const one of leftoversOf(made, owners, await ports.inventory.inUse(), nowMs)) {
    try {
      await ports.inventory.delete(one);
      deleted.push(`${one.kind} ${one.name}`);
    } catch (error) {
      // What AWS refuses now, such as an alarm a composite one hangs on, it may allow later.
      if (!(error instanceof Refused)) throw error;
    }
  }
  return deleted;
}
