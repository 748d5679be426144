import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { builds, clock, deliveries, images, rollouts, settings } from '../src/app/wire.ts';
import { build } from '../src/candidate/build.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ answer: z.enum(['skipped', 'building', 'completed', 'failed']), status: z.string(), waitSeconds: z.int() });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, builds, images, settings, clock },
  run: ({ rolloutId }, ports) => build(rolloutId, ports),
});
