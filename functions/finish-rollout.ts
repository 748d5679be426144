import * as z from 'zod/mini';
import { count, lambda } from '../src/app/handler.ts';
import { alarms, builds, clock, deliveries, endpoints, executions, locks, models, notices, rollouts, training } from '../src/app/wire.ts';
import { finish } from '../src/rollout/finish.ts';
import { Cause, walk } from '../src/rollout/walk.ts';

const Input = z.strictObject({ ...walk, cause: z.optional(Cause) });
export const Output = z.strictObject({ outcome: z.string(), reason: z.string() });
export const handler = lambda({
  Input,
  Output,
  ports: { rollouts, deliveries, alarms, builds, locks, endpoints, models, training, executions, notices, clock },
  run: async ({ rolloutId, cause }, ports) => {
    const ended = await finish(rolloutId, cause, ports);
    count(`Rollouts${ended.outcome}`);
    return ended;
  },
});
