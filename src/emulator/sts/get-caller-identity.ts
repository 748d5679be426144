import { createHash } from 'node:crypto';
import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import { sessionArnOf } from '../iam/identities.ts';
import { defineOperation } from '../operation.ts';

type Output = Omit<GetCallerIdentityCommandOutput, '$metadata'>;

/** A stable id for a principal, of the shape AWS's have: `AIDA...` for a user, `AROA...:session` for a role. */
const idOf = (prefix: string, arn: string) => `${prefix}${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`;

/** Tells who calls. AWS asks no permission for it, and an explicit deny doesn't stop it. */
export const getCallerIdentity = defineOperation<{ readonly account: string }, GetCallerIdentityCommandInput, Output>({
  name: 'GetCallerIdentity',
  access: () => [],
  run: (_input, { account }, { caller }) => ({
    UserId: caller.kind === 'role' ? `${idOf('AROA', caller.arn)}:local` : idOf('AIDA', caller.arn),
    Account: account,
    Arn: sessionArnOf(caller),
  }),
});
