import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, deliveries, invocations, notices, rollouts, schemas, storedObjects } from '../src/app/wire.ts';
import { smoke } from '../src/rollout/smoke.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ answer: z.enum(['passed', 'failed', 'failed-first']) });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, invocations, schemas, storedObjects, notices, clock },
  run: ({ rolloutId }, ports) => smoke(rolloutId, ports),
});
