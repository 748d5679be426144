import * as z from 'zod/mini';
import { count, eventLambda, logger } from '../src/app/handler.ts';
import { clock, deliveries, executions, images, notices, packages, place, rollouts } from '../src/app/wire.ts';
import { startForEvent } from '../src/rollout/start-for-event.ts';

const Input = z.looseObject({ id: z.string(), source: z.string(), 'detail-type': z.string(), account: z.string(), region: z.string() });

/** Gets every trigger's events; the registry knows which trigger an event belongs to. */
export const handler = eventLambda({
  Input,
  ports: { rollouts, deliveries, executions, images, packages, notices, place, clock },
  run: async (event, ports) => {
    const answers = await startForEvent(event, ports);
    if (answers.length === 0) logger.info('Ignored: no delivery of this account and region subscribes to this event', { event });
    for (const answer of answers) {
      logger.info(`Delivery ${answer.delivery}: ${answer.answer}`, { ...answer });
      count(`Requests${answer.answer}`);
    }
    return answers;
  },
});
