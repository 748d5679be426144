import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, deliveries, images, objects, packages, rollouts, settings } from '../src/app/wire.ts';
import { register } from '../src/candidate/register.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ answer: z.enum(['skipped', 'waiting', 'approved', 'refused']), waitSeconds: z.int() });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, packages, objects, images, settings, clock },
  run: ({ rolloutId }, ports) => register(rolloutId, ports),
});
