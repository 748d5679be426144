import * as z from 'zod/mini';
import type { Ports } from '../ports/ports.ts';
import type { DeliveryHead } from '../ports/rollouts.ts';
import { insteadOf } from '../triggers/model-rejected.ts';
import { DeliverySpec } from './spec.ts';
import { start } from './start.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'images' | 'packages' | 'notices' | 'clock'>;

/**
 * Asks for the version approved before, where the one that serves stands rejected in the model registry, the delivery wants
 * that, and no event told of it: it was lost, or came while another rollout was under way.
 *
 * @returns the rollout's id, where one began
 */
export async function replaceRejected(head: DeliveryHead, ports: Needs): Promise<string | undefined> {
  // Whatever is under way may replace it: the next sweep looks again.
  if (head.liveRolloutId === undefined || head.openRolloutId !== undefined || head.queuedRolloutId !== undefined) return undefined;
  const { triggers } = z.parse(DeliverySpec, await ports.deliveries.revision(head.name, head.revision));
  const groups = triggers.flatMap((trigger) => (trigger.type === 'model-rejected' ? [trigger.packageGroup] : []));
  const packageArn = groups.length === 0 ? undefined : (await ports.rollouts.find(head.liveRolloutId))?.candidate.packageArn;
  const found = packageArn === undefined ? undefined : await ports.packages.describe(packageArn);
  if (found?.approval !== 'Rejected' || !groups.includes(found.group)) return undefined;
  const request = insteadOf(found.arn, found.modifiedAtMs);
  const last = await ports.deliveries.lastAttempt(head.name, request.dedupeKey);
  const ended = last && (await ports.rollouts.find(last.rolloutId));
  // One that never had its turn is asked for anew; one that was judged and taken back is not tried for ever.
  const hadNoTurn = ended?.outcome === 'Superseded' || ended?.ending?.reason === 'busy';
  const started = await start(head.name, hadNoTurn ? { ...request, occurredAtMs: ports.clock.now() } : request, ports);
  return started.answer === 'started' ? started.rolloutId : undefined;
}
