import * as z from 'zod/mini';
import { SageMakerName } from './names.ts';
import { defineTrigger } from './trigger.ts';

const Event = z.object({
  time: z.string(),
  detail: z.object({
    ProcessingJobName: z.string(),
    ProcessingJobStatus: z.literal('Completed'),
    /** Model Monitor's container ends with these words where a constraint was violated. */
    ExitMessage: z.string().check(z.regex(/^CompletedWithViolations/)),
    /** Unset for a run nobody's schedule began. */
    MonitoringScheduleArn: z.optional(z.string()),
  }),
});

const scheduleOf = (arn = ''): string => arn.slice(arn.lastIndexOf('/') + 1).toLowerCase();

/** A monitoring schedule of SageMaker Model Monitor found violations of its baseline: what serves is trained anew. */
export const driftFound = defineTrigger({
  type: 'drift-found',
  spec: z.strictObject({ type: z.literal('drift-found'), monitoringSchedule: SageMakerName }),
  pattern: {
    source: ['aws.sagemaker'],
    'detail-type': ['SageMaker Processing Job State Change'],
    detail: { ProcessingJobStatus: ['Completed'], ExitMessage: [{ prefix: 'CompletedWithViolations' }] },
  },
  event: Event,
  subjectOf: (event) => `monitor/${scheduleOf(event.detail.MonitoringScheduleArn)}`,
  // ARNs carry names in lower case. A run that names no schedule may be any delivery's: each is told, and nothing is trained on a guess.
  subjectsOf: (spec) => [`monitor/${spec.monitoringSchedule.toLowerCase()}`, 'monitor/'],
  accepts: (_spec, { detail }) =>
    scheduleOf(detail.MonitoringScheduleArn) !== '' ||
    `processing job ${detail.ProcessingJobName} found violations and names no monitoring schedule: nobody can tell whose drift it is. Where it is this delivery's, ask for the training yourself`,
  toRequest: ({ time, detail }) => ({
    kind: 'retrain',
    trigger: 'drift-found',
    because: `${scheduleOf(detail.MonitoringScheduleArn)}: ${detail.ExitMessage}`,
    occurredAtMs: Date.parse(time),
    dedupeKey: `drift/${detail.ProcessingJobName}`,
  }),
});
