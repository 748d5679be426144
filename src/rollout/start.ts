import { emptyChain } from '../ledger/chain.ts';
import type { Ports } from '../ports/ports.ts';
import type { DeliveryHead } from '../ports/rollouts.ts';
import type { RolloutRequest } from '../triggers/trigger.ts';
import { admit, rolloutIdOf } from './admission.ts';
import { NotFound, StaleRollout } from './errors.ts';
import type { Rollout } from './rollout.ts';

export type Started =
  | { readonly answer: 'started' | 'same'; readonly rolloutId: string }
  | { readonly answer: 'rejected'; readonly rolloutId: string; readonly reason: string; readonly text: string }
  | { readonly answer: 'ignored'; readonly reason: string; readonly text: string };

/** How often a lost race for admission is decided anew. */
const races = 5;

/**
 * Turns a request into a rollout of one delivery, or says why not. Starting twice is harmless: one conditional write
 * decides, and the execution's name follows from it.
 *
 * @throws NotFound if there is no such delivery
 * @throws StaleRollout if admission was lost to others five times running; the caller retries
 */
export async function start(
  delivery: string,
  request: RolloutRequest,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'images' | 'notices' | 'clock'>,
): Promise<Started> {
  for (let race = 0; race < races; race++) {
    const head = await ports.deliveries.head(delivery);
    if (!head) throw new NotFound(`No delivery "${delivery}"; apply its delivery.yaml first`);
    const last = await ports.deliveries.lastAttempt(delivery, request.imageDigest);
    const admission = admit(head, last, request);
    const nowMs = ports.clock.now();
    switch (admission.answer) {
      case 'ignore':
        return { answer: 'ignored', reason: admission.reason, text: admission.text };
      case 'same': {
        // A start that died between its write and this call is finished here; a second call under the same name changes nothing.
        await startExecution(admission.rolloutId, ports);
        return { answer: 'same', rolloutId: admission.rolloutId };
      }
      case 'reject': {
        const rollout = newRollout(head, request, admission.attempt, ports.images.uriOf(request.repository, request.imageDigest), nowMs);
        const ending = { outcome: 'Rejected', reason: admission.reason, text: admission.text, page: false } as const;
        const rejected = await ports.rollouts.reject(
          { ...rollout, phase: 'Ended', ending, outcome: 'Rejected', endedAtMs: nowMs },
          [requested(request), { kind: 'rejected', text: admission.text }],
          nowMs,
        );
        if (!rejected) continue;
        await ports.notices.tell({ rolloutId: rollout.id, delivery, phase: 'Ended', ...ending });
        return { answer: 'rejected', rolloutId: rollout.id, reason: admission.reason, text: admission.text };
      }
      case 'start': {
        const rollout = newRollout(head, request, admission.attempt, ports.images.uriOf(request.repository, request.imageDigest), nowMs);
        const admitted = await ports.rollouts.admit(
          rollout,
          head,
          last,
          [requested(request), { kind: 'started', text: `attempt ${admission.attempt} under revision ${head.revision}` }],
          nowMs,
        );
        if (!admitted) continue;
        await startExecution(rollout.id, ports);
        return { answer: 'started', rolloutId: rollout.id };
      }
    }
  }
  throw new StaleRollout(`Cannot admit ${request.imageDigest} to delivery "${delivery}": lost the race ${races} times`);
}

const startExecution = (rolloutId: string, { executions }: Pick<Ports, 'executions'>) =>
  executions.startDelivery(rolloutId, { contract: 1, rolloutId, generation: 1 });

const requested = (request: RolloutRequest) => ({
  kind: 'requested' as const,
  text: `${request.trigger}: ${request.repository}${request.imageTag ? `:${request.imageTag}` : ''}@${request.imageDigest}`,
  evidence: { ...request },
  ...(request.askedBy !== undefined && { by: request.askedBy }),
});

function newRollout(head: DeliveryHead, request: RolloutRequest, attempt: number, imageUri: string, nowMs: number): Rollout {
  return {
    contract: 1,
    id: rolloutIdOf(head.name, request.imageDigest, attempt),
    version: 0,
    generation: 1,
    delivery: head.name,
    revision: head.revision,
    attempt,
    request,
    imageUri,
    phase: 'Queued',
    startedAtMs: nowMs,
    ledger: emptyChain,
    candidate: {},
    steps: [],
    made: { configs: [], models: [] },
    replaced: { configs: [], models: [] },
    watching: [],
  };
}
