import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, deliveries, images, models, packages, rollouts, settings } from '../src/app/wire.ts';
import { createModel } from '../src/candidate/create-model.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ modelName: z.string() });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, models, packages, images, settings, clock },
  run: ({ rolloutId }, ports) => createModel(rolloutId, ports),
});
