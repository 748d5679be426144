import * as z from 'zod/mini';
import type { Ports } from '../ports/ports.ts';
import { triggers } from '../triggers/registry.ts';
import { DeliverySpec } from './spec.ts';
import { type Started, start } from './start.ts';

type Answer = { readonly delivery: string } & Started;

/**
 * Starts a rollout of every delivery that wants this event. An event nobody subscribed to starts nothing: that is no error.
 *
 * @param event an EventBridge event that one of the triggers' rules let through
 */
export async function startForEvent(
  event: { readonly source: string; readonly 'detail-type': string },
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'images' | 'notices' | 'clock'>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const trigger of triggers) {
    const { source, 'detail-type': detailType } = trigger.pattern as { source: readonly string[]; 'detail-type': readonly string[] }; // Every pattern names both; a contract test holds them to it.
    if (!source.includes(event.source) || !detailType.includes(event['detail-type'])) continue;
    const parsed = z.parse(trigger.event, event);
    for (const delivery of await ports.deliveries.subscribers(trigger.subjectOf(parsed))) {
      const head = await ports.deliveries.head(delivery);
      if (!head) continue;
      const spec = z.parse(DeliverySpec, await ports.deliveries.revision(delivery, head.revision));
      const wanted = spec.triggers.some(
        (wish) => wish.type === trigger.type && trigger.subjectsOf(wish).includes(trigger.subjectOf(parsed)) && trigger.accepts(wish, parsed),
      );
      if (wanted) answers.push({ delivery, ...(await start(delivery, trigger.toRequest(parsed), ports)) });
    }
  }
  return answers;
}
