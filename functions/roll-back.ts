import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, endpoints, locks, rollouts } from '../src/app/wire.ts';
import { holdAndPage, rollBack } from '../src/rollout/roll-back.ts';
import { Cause, walk } from '../src/rollout/walk.ts';

const Input = z.strictObject({ ...walk, cause: z.optional(Cause), hold: z.optional(z.literal(true)) });
export const Output = z.strictObject({ answer: z.enum(['asked', 'busy', 'nothing', 'held']) });
export const handler = lambda({
  Input,
  Output,
  ports: { rollouts, locks, endpoints, clock },
  run: async ({ rolloutId, cause, hold }, ports) => {
    if (!hold) return rollBack(rolloutId, cause, ports);
    await holdAndPage(rolloutId, ports);
    return { answer: 'held' as const };
  },
});
