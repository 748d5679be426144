import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, deliveries, images, rollouts, settings } from '../src/app/wire.ts';
import { checkImage } from '../src/candidate/check-image.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ answer: z.enum(['skipped', 'waiting', 'fit', 'refused']), waitSeconds: z.int() });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, images, settings, clock },
  run: ({ rolloutId }, ports) => checkImage(rolloutId, ports),
});
