import { emptyChain } from '../ledger/chain.ts';
import type { Ports } from '../ports/ports.ts';
import type { DeliveryHead } from '../ports/rollouts.ts';
import { type RolloutRequest, wantedText } from '../triggers/trigger.ts';
import { rolloutIdOf } from './admission.ts';
import { keys } from './keys.ts';
import { type Candidate, ownImageOf, type Rollout } from './rollout.ts';

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
export async function builtBy(head: DeliveryHead, request: RolloutRequest, { rollouts }: Pick<Ports, 'rollouts'>): Promise<string | undefined> {
  if (request.kind === 'package') {
    // A version that waits for its approval is watched by the rollout that registered it: it goes on, and no other begins.
    const watching = await Promise.all((await rollouts.watchersOf(keys.package(request.packageArn))).map((rolloutId) => rollouts.find(rolloutId)));
    // One that has ended goes on no more: an approval that comes after it is a wish of its own.
    return watching.find((rollout) => rollout?.delivery === head.name && rollout.outcome === undefined)?.id;
  }
  if (request.kind !== 'image' || request.imageTag === undefined || !request.imageTag.startsWith(`${head.name}-`)) return undefined;
  const builder = await rollouts.find(request.imageTag);
  return builder?.delivery === head.name && builder.request.kind !== 'image' ? builder.id : undefined;
}

/** Whether it is this version of the model registry that serves, whatever once asked for it: source code, for one, that was registered on its way. */
export async function servesPackage(head: DeliveryHead, packageArn: string, { rollouts }: Pick<Ports, 'rollouts'>): Promise<boolean> {
  const live = head.liveRolloutId === undefined ? undefined : await rollouts.find(head.liveRolloutId);
  return live?.candidate.packageArn?.toLowerCase() === packageArn.toLowerCase();
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
      // Somebody rejected a version that does not serve: nothing is to be taken out.
      if (!(await servesPackage(head, request.packageArn, ports))) return undefined;
      const packageArn = await ports.packages.approvedBefore(request.packageArn, head.name);
      return packageArn === undefined ? undefined : { packageArn };
    }
    case 'again': {
      const before = (await ports.rollouts.find(request.rolloutId))?.candidate;
      if (!before) return undefined;
      const { source, images, ownImage, containers, modelDataUrl, packageArn, metrics } = before;
      return {
        ...(source && { source }),
        ...(images && { images }),
        ...(ownImage !== undefined && { ownImage }),
        ...(containers && { containers }),
        // What is trained next is measured against what serves then: this.
        ...(metrics && { metrics }),
        ...(modelDataUrl !== undefined && { modelDataUrl }),
        ...(packageArn !== undefined && { packageArn }),
      };
    }
    case 'retrain': {
      const live = head.liveRolloutId === undefined ? undefined : await ports.rollouts.find(head.liveRolloutId);
      if (!live) return undefined;
      const { source } = live.candidate;
      const ownImage = ownImageOf(live.candidate);
      return { ...(source && { source }), ...(ownImage !== undefined && { images: [ownImage] }) };
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
