import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, deliveries, functions, invocations, notices, rollouts, schemas, storedObjects, webhooks } from '../src/app/wire.ts';
import { smoke } from '../src/rollout/smoke.ts';
import { Walk } from '../src/rollout/walk.ts';

export const Output = z.strictObject({ answer: z.enum(['passed', 'failed', 'failed-first']) });
export const handler = lambda({
  Input: Walk,
  Output,
  ports: { rollouts, deliveries, functions, invocations, schemas, storedObjects, webhooks, notices, clock },
  run: ({ rolloutId }, ports) => smoke(rolloutId, ports),
});
