import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, deliveries, notices, packages, rollouts } from '../src/app/wire.ts';
import { askForRollout } from '../src/rollout/ask-person.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ answer: z.enum(['approved', 'waiting', 'refused']), waitSeconds: z.int() });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, packages, notices, clock },
  run: ({ rolloutId }, ports) => askForRollout(rolloutId, ports),
});
