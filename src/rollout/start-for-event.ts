import * as z from 'zod/mini';
import type { Ports } from '../ports/ports.ts';
import { triggersOf } from '../triggers/registry.ts';
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
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'images' | 'packages' | 'notices' | 'clock'>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const unread: Error[] = [];
  const concerned = triggersOf(event);
  for (const trigger of concerned) {
    // Two triggers may share source and detail-type: an approved package and a rejected one.
    const { error, data: parsed } = z.safeParse(trigger.event, event);
    if (error) {
      unread.push(error);
      continue;
    }
    for (const delivery of await ports.deliveries.subscribers(trigger.subjectOf(parsed))) {
      const head = await ports.deliveries.head(delivery);
      if (!head) continue;
      const spec = z.parse(DeliverySpec, await ports.deliveries.revision(delivery, head.revision));
      const wish = spec.triggers.find(
        (each) => each.type === trigger.type && trigger.subjectsOf(each).includes(trigger.subjectOf(parsed)) && trigger.accepts(each, parsed),
      );
      if (wish) answers.push({ delivery, ...(await start(delivery, trigger.toRequest(parsed, wish), ports)) });
    }
  }
  // A rule let it through and nobody can read it: AWS has changed its shape, and that must not pass in silence.
  const [flaw] = unread;
  if (flaw && unread.length === concerned.length) throw flaw;
  return answers;
}
