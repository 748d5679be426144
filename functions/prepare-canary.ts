import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, deliveries, endpoints, locks, rollouts } from '../src/app/wire.ts';
import { prepare } from '../src/rollout/prepare.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ answer: z.enum(['asked', 'stopped']) });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, locks, endpoints, clock },
  run: ({ rolloutId }, ports) => prepare(rolloutId, ports),
});
