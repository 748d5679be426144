import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, deliveries, rollouts, settings, training } from '../src/app/wire.ts';
import { train } from '../src/candidate/train.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ answer: z.enum(['skipped', 'training', 'completed', 'failed']), status: z.string(), waitSeconds: z.int() });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, training, settings, clock },
  run: ({ rolloutId }, ports) => train(rolloutId, ports),
});
