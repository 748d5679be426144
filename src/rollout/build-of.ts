import type { Ports } from '../ports/ports.ts';
import { specOf } from './load.ts';
import type { Rollout } from './rollout.ts';

/**
 * The build of a rollout that has no image yet: the one it knows of, else one it started and whose answer was lost. Undefined
 * where there is none.
 */
export async function buildOf(rollout: Rollout, ports: Pick<Ports, 'builds' | 'deliveries'>): Promise<string | undefined> {
  const { buildId, images, source } = rollout.candidate;
  if (buildId !== undefined || images || !source) return buildId;
  return (await specOf(rollout, ports)).build ? ports.builds.find(rollout.id, rollout.startedAtMs) : undefined;
}
