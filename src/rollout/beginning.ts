import { emptyChain } from '../ledger/chain.ts';
import type { Ports } from '../ports/ports.ts';
import type { DeliveryHead } from '../ports/rollouts.ts';
import { type RolloutRequest, wantedText } from '../triggers/trigger.ts';
import { rolloutIdOf } from './admission.ts';
import { keys } from './keys.ts';
import type { Candidate, Rollout } from './rollout.ts';

/** What asked for a rollout and what it asked for, for people. */
export const requestText = (request: RolloutRequest): string => `${request.trigger}: ${wantedText(request)}`;

/** The record's first entry. */
export const requested = (request: RolloutRequest) => ({
  kind: 'requested' as const,
  text: requestText(request),
  evidence: { ...request },
  ...(request.askedBy !== undefined && { by: request.askedBy }),
});

/**
 * The rollout that made what is asked for: built the image, whose tag then is its id, or registered the package. That it
 * was made is an event like any other, and no new wish. Undefined for every other request.
 */
export async function builtBy(delivery: string, request: RolloutRequest, { rollouts }: Pick<Ports, 'rollouts'>): Promise<string | undefined> {
  if (request.kind === 'package') {
    // A version that waits for its approval is watched by the rollout that registered it: it goes on, and no other begins.
    for (const rolloutId of await rollouts.watchersOf(keys.package(request.packageArn))) {
      if ((await rollouts.find(rolloutId))?.delivery === delivery) return rolloutId;
    }
    return undefined;
  }
  if (request.kind !== 'image' || request.imageTag === undefined || !request.imageTag.startsWith(`${delivery}-`)) return undefined;
  const builder = await rollouts.find(request.imageTag);
  return builder?.delivery === delivery && builder.request.kind !== 'image' ? builder.id : undefined;
}

/** What a rollout begins with: what was asked for, or what an earlier rollout had. Undefined where that is nothing yet. */
export async function candidateOf(
  head: DeliveryHead,
  request: RolloutRequest,
  ports: Pick<Ports, 'rollouts' | 'packages' | 'images'>,
): Promise<Candidate | undefined> {
  switch (request.kind) {
    case 'image':
      return { images: [ports.images.uriOf(request.repository, request.imageDigest)] };
    case 'source':
      return { source: request.source };
    case 'package':
      return { packageArn: request.packageArn };
    case 'instead': {
      const live = head.liveRolloutId === undefined ? undefined : await ports.rollouts.find(head.liveRolloutId);
      // Somebody rejected a version that does not serve: nothing is to be taken out.
      if (live?.candidate.packageArn?.toLowerCase() !== request.packageArn.toLowerCase()) return undefined;
      const packageArn = await ports.packages.approvedBefore(request.packageArn);
      return packageArn === undefined ? undefined : { packageArn };
    }
    case 'again': {
      const before = (await ports.rollouts.find(request.rolloutId))?.candidate;
      if (!before) return undefined;
      const { source, images, modelDataUrl, packageArn } = before;
      return {
        ...(source && { source }),
        ...(images && { images }),
        ...(modelDataUrl !== undefined && { modelDataUrl }),
        ...(packageArn !== undefined && { packageArn }),
      };
    }
    case 'retrain': {
      const live = head.liveRolloutId === undefined ? undefined : await ports.rollouts.find(head.liveRolloutId);
      if (!live) return undefined;
      const { source, images } = live.candidate;
      return { ...(source && { source }), ...(images && { images }) };
    }
  }
}

/** A rollout that has done nothing yet. */
export function newRollout(head: DeliveryHead, request: RolloutRequest, attempt: number, candidate: Candidate, nowMs: number): Rollout {
  return {
    contract: 1,
    id: rolloutIdOf(head.name, request.dedupeKey, attempt),
    version: 0,
    generation: 1,
    delivery: head.name,
    revision: head.revision,
    attempt,
    request,
    phase: 'Queued',
    startedAtMs: nowMs,
    ledger: emptyChain,
    candidate,
    steps: [],
    made: { configs: [], models: [] },
    replaced: { configs: [], models: [] },
    approved: [],
    heardActs: [],
    watching: [],
  };
}
