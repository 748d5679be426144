import * as z from 'zod/mini';
import { SageMakerName } from './names.ts';
import { defineTrigger } from './trigger.ts';

/** An answer for a version of a model package group, in the console or by another team's tool. */
export const packageEvent = <Status extends 'Approved' | 'Rejected'>(status: Status) =>
  z.object({
    time: z.string(),
    detail: z.object({
      ModelPackageGroupName: z.string(),
      ModelPackageArn: z.string(),
      ModelApprovalStatus: z.literal(status),
      // Every update of an approved package is such an event: only where the answer itself changed somebody answered.
      UpdatedModelPackageFields: z.array(z.string()).check(z.refine((fields) => fields.includes('ModelApprovalStatus'))),
    }),
  });

export const packagePattern = (status: 'Approved' | 'Rejected') => ({
  source: ['aws.sagemaker'],
  'detail-type': ['SageMaker Model Package State Change'],
  detail: { ModelApprovalStatus: [status], UpdatedModelPackageFields: ['ModelApprovalStatus'] },
});

/** A version of a model package group was approved. */
export const modelApproved = defineTrigger({
  type: 'model-approved',
  spec: z.strictObject({ type: z.literal('model-approved'), packageGroup: SageMakerName }),
  pattern: packagePattern('Approved'),
  event: packageEvent('Approved'),
  subjectOf: (event) => `approved/${event.detail.ModelPackageGroupName}`,
  subjectsOf: (spec) => [`approved/${spec.packageGroup}`],
  accepts: () => true,
  toRequest: ({ time, detail }) => ({
    kind: 'package',
    trigger: 'model-approved',
    packageArn: detail.ModelPackageArn,
    occurredAtMs: Date.parse(time),
    dedupeKey: detail.ModelPackageArn,
  }),
});
