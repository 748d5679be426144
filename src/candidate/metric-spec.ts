import * as z from 'zod/mini';

/** Whether an expression captures anything. One our engine does not know may still be one SageMaker's does: of that only the parenthesis is looked for. */
function captures(source: string): boolean {
  try {
    // What may match nothing always matches, and tells its groups.
    return (new RegExp(`${source}|`).exec('')?.length ?? 0) > 1;
  } catch {
    return /(?<!\\)\((?!\?[:=!])/.test(source);
  }
}

/** A figure, and how it is read from the job's log: its first group is the value. */
export const MetricSpec = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(255)),
  regex: z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(500),
      z.refine(captures, 'Expected an expression with a group that captures the value, such as accuracy=([0-9.]+)'),
    ),
});
