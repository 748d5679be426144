import { eventLambda, logger } from '../src/app/handler.ts';
import { rollouts, wakingExecutions } from '../src/app/wire.ts';
import { signal } from '../src/rollout/signal.ts';
import { SignalEvent, toSignal } from '../src/rollout/signals.ts';

/** Gets the events rollouts wait for: inbox first, then whoever waits is woken. */
export const handler = eventLambda({
  Input: SignalEvent,
  ports: { rollouts, executions: wakingExecutions },
  run: async (event, ports) => {
    const happened = toSignal(event);
    const reached = await signal(happened, ports);
    if (reached > 0) logger.info(`${happened.text}: told ${reached} rollouts`);
    return { reached };
  },
});
