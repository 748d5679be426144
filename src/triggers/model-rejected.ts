import * as z from 'zod/mini';
import { packageEvent, packagePattern } from './model-approved.ts';
import { SageMakerName } from './names.ts';
import { defineTrigger } from './trigger.ts';

/** Asks for what was approved before a version. @param rejectedAtMs when it was rejected, epoch milliseconds */
export const insteadOf = (packageArn: string, rejectedAtMs: number) => ({
  kind: 'instead' as const,
  trigger: 'model-rejected',
  packageArn,
  occurredAtMs: rejectedAtMs,
  dedupeKey: `instead-of/${packageArn}`,
});

/** A version of a model package group was rejected: where it serves, the version approved before it takes its place. */
export const modelRejected = defineTrigger({
  type: 'model-rejected',
  spec: z.strictObject({ type: z.literal('model-rejected'), packageGroup: SageMakerName }),
  pattern: packagePattern('Rejected'),
  event: packageEvent('Rejected'),
  subjectOf: (event) => `rejected/${event.detail.ModelPackageGroupName}`,
  subjectsOf: (spec) => [`rejected/${spec.packageGroup}`],
  accepts: () => true,
  toRequest: ({ time, detail }) => insteadOf(detail.ModelPackageArn, Date.parse(time)),
});
