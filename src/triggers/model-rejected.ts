import * as z from 'zod/mini';
import { packageEvent, packagePattern } from './model-approved.ts';
import { SageMakerName } from './names.ts';
import { defineTrigger } from './trigger.ts';

/** A version of a model package group was rejected: where it serves, the version approved before it takes its place. */
export const modelRejected = defineTrigger({
  type: 'model-rejected',
  spec: z.strictObject({ type: z.literal('model-rejected'), packageGroup: SageMakerName }),
  pattern: packagePattern('Rejected'),
  event: packageEvent('Rejected'),
  subjectOf: (event) => `rejected/${event.detail.ModelPackageGroupName}`,
  subjectsOf: (spec) => [`rejected/${spec.packageGroup}`],
  accepts: () => true,
  toRequest: ({ time, detail }) => ({
    kind: 'instead',
    trigger: 'model-rejected',
    packageArn: detail.ModelPackageArn,
    occurredAtMs: Date.parse(time),
    dedupeKey: `instead-of/${detail.ModelPackageArn}`,
  }),
});
