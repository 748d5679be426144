import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { builds, clock, endpoints, packages, rollouts, training, wakingExecutions } from '../src/app/wire.ts';
import { waitNames } from '../src/rollout/rollout.ts';
import { wait } from '../src/rollout/wait.ts';
import { walk } from '../src/rollout/walk.ts';

const Input = z.strictObject({ ...walk, wait: z.enum(waitNames), token: z.string() });
export const Output = z.strictObject({});

/** Parks a task token. Its own answer means nothing: the token's does. */
export const handler = lambda({
  Input,
  Output,
  ports: { builds, packages, rollouts, training, endpoints, executions: wakingExecutions, clock },
  run: async ({ rolloutId, wait: name, token }, ports) => {
    await wait(rolloutId, name, token, ports);
    return {};
  },
});
