import type { Ports } from '../ports/ports.ts';
import type { Signal } from '../ports/rollouts.ts';

/**
 * Hands a signal to every rollout that watches its key: into the inbox first, then whoever waits for it is woken. A
 * token that is spent or timed out is no error: its state machine looks by itself.
 *
 * @returns how many rollouts got it
 */
export async function signal(happened: Signal, ports: Pick<Ports, 'rollouts' | 'executions'>): Promise<number> {
  const watchers = await ports.rollouts.watchersOf(happened.key);
  for (const rolloutId of watchers) {
    await ports.rollouts.post(rolloutId, happened);
    for (const wait of await ports.rollouts.waits(rolloutId)) {
      if (!wait.keys.includes(happened.key)) continue;
      await ports.executions.wake(wait.token, { woken: happened.key });
      await ports.rollouts.unpark(rolloutId, wait.name);
    }
  }
  return watchers.length;
}
