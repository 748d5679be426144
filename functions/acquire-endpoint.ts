import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { alarms, clock, deliveries, endpoints, images, locks, models, rollouts } from '../src/app/wire.ts';
import { acquire } from '../src/rollout/acquire.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({
  answer: z.enum(['acquired', 'wait', 'refused', 'resume-smoke', 'resume-step', 'resume-bake', 'resume-undo', 'resume-rest', 'resume-finish']),
  waitSeconds: z.int(),
});
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, locks, endpoints, models, images, alarms, clock },
  run: ({ rolloutId, generation }, ports) => acquire(rolloutId, generation, ports),
});
