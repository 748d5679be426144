import type { Ports } from '../ports/ports.ts';
import type { DeliveryHead } from '../ports/rollouts.ts';
import { type RolloutRequest, wantedText } from '../triggers/trigger.ts';
import { admit, bringsItsOwn, isLive } from './admission.ts';
import { builtBy, candidateOf, newRollout, requested, servesPackage } from './beginning.ts';
import { NotFound, StaleRollout } from './errors.ts';
import { keys } from './keys.ts';
import { specOf } from './load.ts';
import type { Ending, Rollout } from './rollout.ts';
import { deliver } from './signal.ts';

export type Started =
  | { readonly answer: 'started' | 'queued' | 'same'; readonly rolloutId: string }
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
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'images' | 'packages' | 'notices' | 'clock'>,
): Promise<Started> {
  for (let race = 0; race < races; race++) {
    const head = await ports.deliveries.head(delivery);
    if (!head) throw new NotFound(`No delivery "${delivery}"; apply its delivery.yaml first`);
    const built = await builtBy(head, request, ports);
    if (built !== undefined) return { answer: 'same', rolloutId: built };
    if (request.kind === 'package' && (await servesPackage(head, request.packageArn, ports)))
      return { answer: 'ignored', reason: 'already-live', text: `${wantedText(request)} serves already, put there by ${head.liveRolloutId ?? ''}` };
    const last = await ports.deliveries.lastAttempt(delivery, request.dedupeKey);
    const { concurrency } = await specOf({ delivery, revision: head.revision }, ports);
    const admission = admit(head, last, request, concurrency, await newestWish(head, ports));
    const nowMs = ports.clock.now();
    const candidate = await candidateOf(head, request, ports);
    if (!candidate && 'attempt' in admission)
      return {
        answer: 'ignored',
        reason: 'nothing-to-roll-out',
        text: `${wantedText(request)}: delivery "${delivery}" has no such thing in service`,
      };
    switch (admission.answer) {
      case 'ignore':
        return { answer: 'ignored', reason: admission.reason, text: admission.text };
      case 'same': {
        // A start that died between its write and these calls is finished here; a second call changes nothing.
        if (head.openRolloutId === admission.rolloutId) await startExecution(admission.rolloutId, ports);
        else if (head.queuedRolloutId === admission.rolloutId) await makeWay(head, ports);
        return { answer: 'same', rolloutId: admission.rolloutId };
      }
      case 'reject': {
        const rollout = newRollout(head, request, admission.attempt, candidate ?? {}, nowMs);
        const ending = { outcome: 'Rejected', reason: admission.reason, text: admission.text, page: false } as const;
        const rejected = await ports.rollouts.reject(
          { ...rollout, phase: 'Ended', ending, outcome: 'Rejected', endedAtMs: nowMs, closed: true },
          [requested(request), { kind: 'rejected', text: admission.text }],
          nowMs,
        );
        if (!rejected) continue;
        await ports.notices.tell({ rolloutId: rollout.id, delivery, phase: 'Ended', ...ending });
        return { answer: 'rejected', rolloutId: rollout.id, reason: admission.reason, text: admission.text };
      }
      case 'queue': {
        const rollout = newRollout(head, request, admission.attempt, candidate ?? {}, nowMs);
        const waits = head.openRolloutId === undefined ? 'is next' : `waits for ${head.openRolloutId} to end`;
        const queued = await ports.rollouts.queue(rollout, head, [requested(request), { kind: 'queued', text: waits }], nowMs);
        if (!queued) continue;
        const { queuedRolloutId: displaced, closing = [] } = head;
        await makeWay({ ...head, queuedRolloutId: rollout.id, closing: displaced === undefined ? closing : [...closing, displaced] }, ports);
        // What was open has ended, and nobody has begun the queue yet.
        if (head.openRolloutId === undefined) await startQueued(delivery, ports);
        return { answer: 'queued', rolloutId: rollout.id };
      }
      case 'start': {
        const rollout = newRollout(head, request, admission.attempt, candidate ?? {}, nowMs);
        const admitted = await ports.rollouts.admit(
          rollout,
          head,
          [requested(request), { kind: 'started', text: `attempt ${admission.attempt} under revision ${head.revision}` }],
          nowMs,
        );
        if (!admitted) continue;
        await startExecution(rollout.id, ports);
        return { answer: 'started', rolloutId: rollout.id };
      }
    }
  }
  throw new StaleRollout(`Cannot admit ${wantedText(request)} to delivery "${delivery}": lost the race ${races} times`);
}

/** Events come in any order: the newest wish of those that serve, are under way or wait. */
async function newestWish(
  { liveRolloutId, openRolloutId, queuedRolloutId }: DeliveryHead,
  { rollouts }: Pick<Ports, 'rollouts'>,
): Promise<{ readonly rolloutId: string; readonly occurredAtMs: number } | undefined> {
  const ids = [liveRolloutId, openRolloutId, queuedRolloutId].filter((id) => id !== undefined);
  return (await Promise.all(ids.map((id) => rollouts.find(id))))
    .filter((rollout) => rollout !== undefined)
    .filter(({ request }) => bringsItsOwn(request))
    .map(({ id: rolloutId, request: { occurredAtMs } }) => ({ rolloutId, occurredAtMs }))
    .sort((one, other) => other.occurredAtMs - one.occurredAtMs)[0];
}

/** What follows from a place in the queue: whoever had it before has ended, and under `supersede` the open rollout is stopped. Asked again it changes nothing. */
export async function makeWay(head: DeliveryHead, ports: Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'notices' | 'clock'>): Promise<void> {
  const { openRolloutId, queuedRolloutId, closing = [] } = head;
  for (const id of closing) await supersede(id, queuedRolloutId ?? 'a newer one', ports);
  const queued = queuedRolloutId === undefined ? undefined : await ports.rollouts.find(queuedRolloutId);
  if (!queued || openRolloutId === undefined) return;
  const { concurrency } = await specOf(queued, ports);
  const open = await ports.rollouts.find(openRolloutId);
  if (concurrency === 'supersede' && open && !open.ending) await abortFor(open.id, queued, ports);
}

/** A queued rollout that a newer one takes the place of ends before it began. */
async function supersede(rolloutId: string, by: string, ports: Pick<Ports, 'rollouts' | 'notices' | 'clock'>): Promise<void> {
  const rollout = await ports.rollouts.find(rolloutId);
  if (!rollout || rollout.outcome !== undefined) return;
  await endUnbegun(rollout, { outcome: 'Superseded', reason: 'superseded', text: `${by} is newer and waits in its place`, page: false }, ports);
}

/** Ends a rollout that was queued and never began: nothing is to be tidied. */
export async function endUnbegun(rollout: Rollout, ending: Ending, ports: Pick<Ports, 'rollouts' | 'notices' | 'clock'>): Promise<void> {
  const nowMs = ports.clock.now();
  const ended = await ports.rollouts.end(
    { ...rollout, phase: 'Ended', ending, outcome: ending.outcome, endedAtMs: nowMs, tidied: true },
    [{ kind: 'ended', text: `${ending.outcome}: ${ending.text}`, evidence: { outcome: ending.outcome, reason: ending.reason } }],
    nowMs,
  );
  await ports.notices.tell({ rolloutId: rollout.id, delivery: rollout.delivery, phase: 'Ended', ...ending });
  await ports.rollouts.close(ended, nowMs);
}

/** Under `supersede` a newer image stops the rollout under way, as a person's abort would. */
async function abortFor(
  openRolloutId: string,
  { id: by, startedAtMs: atMs }: Pick<Rollout, 'id' | 'startedAtMs'>,
  ports: Pick<Ports, 'rollouts' | 'executions'>,
): Promise<void> {
  // Of one moment, however often it is said: one row in the inbox.
  const act = { kind: 'abort', by, reason: 'superseded' } as const;
  await deliver(openRolloutId, { id: `superseded-by-${by}`, key: keys.acts(openRolloutId), atMs, text: `superseded by ${by}`, act }, ports);
}

/** Begins what waits in a delivery's queue, once nothing is open there any more. What serves by now already needs no rollout. */
export async function startQueued(
  delivery: string,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'notices' | 'clock'>,
): Promise<string | undefined> {
  const rolloutId = await ports.rollouts.takeFromQueue(delivery);
  if (rolloutId === undefined) return undefined;
  const [rollout, head] = await Promise.all([ports.rollouts.find(rolloutId), ports.deliveries.head(delivery)]);
  if (rollout && rollout.outcome === undefined && head && isLive(head, rollout.request)) {
    await endUnbegun(
      rollout,
      { outcome: 'Superseded', reason: 'already-live', text: `${wantedText(rollout.request)} serves by now`, page: false },
      ports,
    );
    return startQueued(delivery, ports);
  }
  if (
    rollout?.outcome === undefined &&
    rollout?.request.kind === 'instead' &&
    head &&
    !(await servesPackage(head, rollout.request.packageArn, ports))
  ) {
    const text = `${rollout.request.packageArn} was rejected, and serves no more`;
    await endUnbegun(rollout, { outcome: 'Superseded', reason: 'no-longer-live', text, page: false }, ports);
    return startQueued(delivery, ports);
  }
  await startExecution(rolloutId, ports);
  return rolloutId;
}

const startExecution = (rolloutId: string, { executions }: Pick<Ports, 'executions'>) =>
  executions.startDelivery(rolloutId, { contract: 1, rolloutId, generation: 1 });
