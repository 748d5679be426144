import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, endpoints, locks, rollouts } from '../src/app/wire.ts';
import { moveNames, verify } from '../src/rollout/verify.ts';
import { walk } from '../src/rollout/walk.ts';

const Input = z.strictObject({ ...walk, what: z.enum(moveNames) });
export const Output = z.strictObject({ answer: z.enum(['pending', 'done', 'reverted', 'not-proved', 'dead']), waitSeconds: z.int() });
export const handler = lambda({
  Input,
  Output,
  ports: { rollouts, locks, endpoints, clock },
  run: ({ rolloutId, what }, ports) => verify(rolloutId, what, ports),
});
