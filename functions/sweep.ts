import * as z from 'zod/mini';
import { count, lambda, logger } from '../src/app/handler.ts';
import { clock, deliveries, endpoints, executions, images, inventory, locks, models, notices, packages, rollouts } from '../src/app/wire.ts';
import { sweep } from '../src/rollout/sweep.ts';

const names = z.array(z.string());
export const Output = z.strictObject({ recovered: names, started: names, released: names, retired: names, deleted: names, failed: names });

/** Runs on a schedule: sets right what lost events left behind, and removes what has rested or lain about long enough. */
export const handler = lambda({
  Input: z.looseObject({}),
  Output,
  ports: { rollouts, deliveries, executions, locks, endpoints, models, images, packages, inventory, notices, clock },
  run: async (_event, ports) => {
    const { failed, ...done } = await sweep(ports);
    if (failed.length > 0) {
      logger.error('Could not sweep', { failed });
      count('SweepFailures');
    }
    if (Object.values(done).flat().length > 0) logger.warn('Swept', { ...done });
    const { recovered, started, released, retired, deleted } = done;
    return {
      recovered: [...recovered],
      started: [...started],
      released: [...released],
      retired: [...retired],
      deleted: [...deleted],
      failed: [...failed],
    };
  },
});
