import * as z from 'zod/mini';
import type { Place, Ports } from '../ports/ports.ts';
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
  event: { readonly source: string; readonly 'detail-type': string; readonly account: string; readonly region: string },
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'images' | 'packages' | 'notices' | 'place' | 'clock'>,
): Promise<readonly Answer[]> {
  if (isElsewhere(event, ports.place)) return [];
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
    const subjects = [trigger.subjectOf(parsed), ...(trigger.aliasesOf?.(parsed, ports.place) ?? [])];
    const subscribers = (await Promise.all(subjects.map((subject) => ports.deliveries.subscribers(subject)))).flat();
    for (const delivery of new Set(subscribers)) {
      const head = await ports.deliveries.head(delivery);
      if (!head) continue;
      const spec = z.parse(DeliverySpec, await ports.deliveries.revision(delivery, head.revision));
      const meant = spec.triggers.filter((each) => each.type === trigger.type && trigger.subjectsOf(each).some((one) => subjects.includes(one)));
      const wish = meant.find((each) => trigger.accepts(each, parsed) === true);
      if (wish) {
        answers.push({ delivery, ...(await start(delivery, trigger.toRequest(parsed, wish), ports)) });
        continue;
      }
      const why = meant.map((each) => trigger.accepts(each, parsed)).find((answer) => typeof answer === 'string');
      if (why !== undefined) answers.push({ delivery, answer: 'ignored', reason: 'nothing-can-come-of-it', text: why });
    }
  }
  // A rule let it through and nobody can read it: AWS has changed its shape, and that must not pass in silence.
  const [flaw] = unread;
  if (flaw && unread.length === concerned.length) throw flaw;
  return answers;
}

/**
 * Whether AWS tells of another account or region: a bus may be sent such events, and a repository there is another one than
 * that of the same name here. Whoever announces something themselves may do so from anywhere.
 */
const isElsewhere = (event: { readonly source: string; readonly account: string; readonly region: string }, { account, region }: Place): boolean =>
  event.source.startsWith('aws.') && (event.account !== account || event.region !== region);
