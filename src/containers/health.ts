import type { Ping } from './model-client.ts';
import { pause, type Wall, wall } from './wall.ts';

/** How often a hosting container is pinged; AWS's own intervals are not documented. */
const pingEvery = { startingMs: 100, steadyMs: 5_000 };
/** So many pings in a row without a 200, and the container is lost. */
export const lostPings = 3;
/** After so long without a first 200, it is said what can be seen from outside. */
const explainAfterMs = 5_000;

/** A hosting container as seen from outside. */
export interface Watched {
  ping(): Promise<Ping>;
  whyUnreachable(): Promise<string | undefined>;
}

/**
 * Pings until the first 200, or until `over`.
 *
 * @param explain told why there is none, once there was none for 5 s, and again whenever the reason changes
 * @returns whether it is healthy
 */
export async function untilHealthy(watched: Watched, over: AbortSignal, explain: (why: string) => void, time: Wall = wall): Promise<boolean> {
  const explaining = { due: false, said: '' };
  const timer = time.after(explainAfterMs, () => (explaining.due = true));
  try {
    while (!over.aborted) {
      const ping = await watched.ping();
      if (over.aborted) break;
      if (ping.healthy) return true;
      if (explaining.due) {
        const why = (await watched.whyUnreachable()) ?? ping.why;
        if (why !== explaining.said) explain(why);
        explaining.said = why;
      }
      await pause(time, pingEvery.startingMs, over);
    }
    return false;
  } finally {
    timer.cancel();
  }
}

/** Pings a container that was healthy until three in a row fail, or until `over`; why the last one did, or undefined. */
export async function untilLost(watched: Pick<Watched, 'ping'>, over: AbortSignal, time: Wall = wall): Promise<string | undefined> {
  let lost = 0;
  for (;;) {
    await pause(time, pingEvery.steadyMs, over);
    if (over.aborted) return undefined;
    const ping = await watched.ping();
    if (over.aborted) return undefined;
    lost = ping.healthy ? 0 : lost + 1;
    if (!ping.healthy && lost >= lostPings) return ping.why;
  }
}
