import * as z from 'zod/mini';
import type { Ports } from '../ports/ports.ts';
import { NotFound } from './errors.ts';
import type { Rollout } from './rollout.ts';
import { DeliverySpec } from './spec.ts';

/** The rollout. Throws `NotFound`. */
export async function loadRollout(rolloutId: string, { rollouts }: Pick<Ports, 'rollouts'>): Promise<Rollout> {
  const rollout = await rollouts.find(rolloutId);
  if (!rollout) throw new NotFound(`No rollout "${rolloutId}"`);
  return rollout;
}

/** The spec a rollout pinned when it started: later revisions don't touch it. */
export async function specOf(rollout: Pick<Rollout, 'delivery' | 'revision'>, { deliveries }: Pick<Ports, 'deliveries'>): Promise<DeliverySpec> {
  return z.parse(DeliverySpec, await deliveries.revision(rollout.delivery, rollout.revision));
}

/** Tags on everything a rollout makes: a sweeper touches only what carries them. */
export const tagsOf = (rollout: Pick<Rollout, 'id' | 'delivery'>): Readonly<Record<string, string>> => ({
  'sluice:delivery': rollout.delivery,
  'sluice:rollout': rollout.id,
});
