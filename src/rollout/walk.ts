import * as z from 'zod/mini';

/** What every task of a state machine is told; all else is in the table. */
export const walk = {
  contract: z.literal(1),
  rolloutId: z.string(),
  generation: z.int(),
};
export const Walk = z.strictObject(walk);

/** An error a state machine caught. */
export const Cause = z.strictObject({ error: z.string(), text: z.string() });
export type Cause = z.output<typeof Cause>;
