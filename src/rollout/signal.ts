import type { Ports } from '../ports/ports.ts';
import type { Signal } from '../ports/rollouts.ts';
import { refusalOf } from './acts.ts';

/** Puts a signal into one rollout's inbox, then wakes whoever of it waits for its key. */
export async function deliver(rolloutId: string, happened: Signal, ports: Pick<Ports, 'rollouts' | 'executions'>): Promise<void> {
  await ports.rollouts.post(rolloutId, happened);
  for (const wait of await ports.rollouts.waits(rolloutId)) {
    if (!wait.keys.includes(happened.key)) continue;
    await ports.executions.wake(wait.token, { woken: happened.key });
    await ports.rollouts.unpark(rolloutId, wait);
  }
}

/**
 * Hands a signal to every rollout that watches its key: into the inbox first, then whoever waits for it is woken. A
 * token that is spent or timed out is no error: its state machine looks by itself.
 *
 * @returns how many rollouts got it
 */
export async function signal(happened: Signal & { readonly rolloutId?: string }, ports: Pick<Ports, 'rollouts' | 'executions'>): Promise<number> {
  const { rolloutId: addressee, ...posted } = happened;
  const ended = addressee === undefined ? undefined : await ports.rollouts.find(addressee);
  if (ended?.outcome !== undefined && posted.act) {
    // Nobody hears what is said to a rollout that has ended: it is refused here, and recorded.
    const text = `${posted.act.kind} refused: ${refusalOf(ended, posted.act, posted.atMs) ?? 'the rollout has ended'}`;
    await ports.rollouts.save(ended, [{ kind: 'act-refused', text, by: posted.act.by, evidence: { act: posted.act } }], posted.atMs);
    return 0;
  }
  // An answer names its rollout; anything else reaches whoever watches its key.
  const watchers =
    addressee === undefined ? await ports.rollouts.watchersOf(happened.key) : (await ports.rollouts.find(addressee)) ? [addressee] : [];
  for (const rolloutId of watchers) {
    await deliver(rolloutId, posted, ports);
  }
  return watchers.length;
}
