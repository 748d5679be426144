import * as z from 'zod/mini';

/**
 * Whether a number still says what was written.
 *
 * YAML gives us the nearest double. Of a whole number beyond 2^53 its neighbours are written the same way; infinities are no JSON.
 */
export const isExact = (value: number): boolean => (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value));

/** One value as a person writes it. What a list or names and values hold is checked as it is written out. */
export const HyperparameterValue = z.union(
  [
    z.string(),
    z.number().check(z.refine(isExact, 'Expected a whole number of at most 9007199254740991, or a larger one in quotes')),
    z.boolean(),
    z.array(z.unknown()),
    z.record(z.string(), z.unknown()),
  ],
  { error: 'Expected text, a number, true or false, a list, or names and values' },
);
export type HyperparameterValue = z.output<typeof HyperparameterValue>;

/** Levels of Python's logging. */
export const logLevels = { debug: 10, info: 20, warning: 30, error: 40, critical: 50 } as const;
export type LogLevel = keyof typeof logLevels;

/** Script mode: an image with SageMaker's training toolkit runs a program that is not in it. */
export const ScriptSpec = z.strictObject({
  /** Relative to the folder the archive is unpacked into. */
  entryPoint: z
    .string()
    .check(z.regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\n]{1,1024}$/, 'Expected a file of the archive, such as train.py: no path from the root, no ..')),
  /** `{bucket}` is the service's own model bucket. Unset: the source the rollout was asked for with. */
  source: z.optional(z.string().check(z.regex(/^s3:\/\/[^/]+\/.+\.tar\.gz$/, 'Expected s3://bucket/path/sourcedir.tar.gz'))),
  logLevel: z._default(z.enum(['debug', 'info', 'warning', 'error', 'critical']), 'info'),
});
export type ScriptSpec = z.output<typeof ScriptSpec>;
