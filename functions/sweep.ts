import * as z from 'zod/mini';
import { lambda, logger } from '../src/app/handler.ts';
import { clock, deliveries, executions, locks, notices, rollouts } from '../src/app/wire.ts';
import { sweep } from '../src/rollout/recover.ts';

export const Output = z.strictObject({ recovered: z.array(z.string()), started: z.array(z.string()), released: z.array(z.string()) });

/** Runs on a schedule: sets right what lost events left behind. */
export const handler = lambda({
  Input: z.looseObject({}),
  Output,
  ports: { rollouts, deliveries, executions, locks, notices, clock },
  run: async (_event, ports) => {
    const swept = await sweep(ports);
    if (Object.values(swept).flat().length > 0) logger.warn('Swept', { ...swept });
    return { recovered: [...swept.recovered], started: [...swept.started], released: [...swept.released] };
  },
});
