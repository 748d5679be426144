import * as z from 'zod/mini';

/** What training and serving have in common: where containers run, and as whom. */

/** A network of the account's own. */
export const VpcSpec = z.strictObject({
  subnets: z.array(z.string().check(z.regex(/^subnet-[0-9a-f]+$/, 'Expected the id of a subnet'))).check(z.minLength(1), z.maxLength(16)),
  securityGroups: z.array(z.string().check(z.regex(/^sg-[0-9a-f]+$/, 'Expected the id of a security group'))).check(z.minLength(1), z.maxLength(5)),
});
export type VpcSpec = z.output<typeof VpcSpec>;

/** A role the service may hand on: one whose name says that it is meant for that. */
export const RoleArn = z
  .string()
  .check(
    z.regex(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*sluice-model-[\w+=,.@-]+$/,
      'Expected the ARN of a role named sluice-model-…: only such a one may Sluice hand on',
    ),
  );

/** Id, ARN or alias of a key. */
export const KmsKey = z.string().check(z.minLength(1), z.maxLength(2048));
