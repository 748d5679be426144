import * as z from 'zod/mini';
import { Text } from '../rollout/names.ts';

/** One thing a trained model's figures must show. */
export const AcceptSpec = z
  .strictObject({
    /** A figure of `train.metrics`, or one SageMaker's own algorithm reports. */
    metric: Text,
    min: z.optional(z.number()),
    max: z.optional(z.number()),
    /** Against what the model that serves had. Nothing to compare with is no reason against a model, unless it is `required`. */
    champion: z.optional(
      z.strictObject({
        better: z._default(z.enum(['higher', 'lower']), 'higher'),
        /** How much better it must be; below 0: how much worse it may be. */
        margin: z._default(z.number(), 0),
        required: z._default(z.boolean(), false),
      }),
    ),
    /** Whether a model that did not report it is refused. */
    required: z._default(z.boolean(), true),
  })
  .check(
    z.refine(({ min, max, champion }) => min !== undefined || max !== undefined || champion !== undefined, {
      error: 'Expected at least one of min, max and champion',
      path: ['metric'],
    }),
    z.refine(({ min, max }) => min === undefined || max === undefined || min <= max, { error: 'Expected no less than min', path: ['max'] }),
  );
export type AcceptSpec = z.output<typeof AcceptSpec>;
