import * as z from 'zod/mini';
import { Duration } from './duration.ts';
import type { ApprovalRule } from './step.ts';

/** A person must agree. */
export const ApprovalSpec = z.strictObject({
  /** How long an answer may take, 60 s to 30 days. */
  expires: z.prefault(
    Duration.check(
      z.refine((seconds) => seconds >= 60, 'Expected at least 1m'),
      z.refine((seconds) => seconds <= 30 * 86_400, 'Expected at most 30d'),
    ),
    '24h',
  ),
  /** What follows where nobody answers. */
  onExpiry: z._default(z.enum(['reject', 'approve']), 'reject'),
});

export const approvalRule = (spec: z.output<typeof ApprovalSpec>): ApprovalRule => ({ expiresSeconds: spec.expires, onExpiry: spec.onExpiry });
