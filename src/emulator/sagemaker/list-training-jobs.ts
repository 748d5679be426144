import type { ListTrainingJobsCommandInput, ListTrainingJobsCommandOutput } from '@aws-sdk/client-sagemaker';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { listLimits } from './limits.ts';
import { page } from './listing.ts';
import type { SageMaker } from './state.ts';

export const listTrainingJobs = defineOperation<SageMaker, ListTrainingJobsCommandInput, Omit<ListTrainingJobsCommandOutput, '$metadata'>>({
  name: 'ListTrainingJobs',
  access: () => [{ action: 'sagemaker:ListTrainingJobs', resource: '*' }],
  limits: { ...listLimits, SortBy: { oneOf: ['Name', 'CreationTime', 'Status'] } },
  run(input, state) {
    if (input.WarmPoolStatusEquals !== undefined) throw notEmulated('warm pools (ListTrainingJobs with WarmPoolStatusEquals)');
    if (input.TrainingPlanArnEquals !== undefined) throw notEmulated('training plans (ListTrainingJobs with TrainingPlanArnEquals)');
    const fitting = [...state.trainingJobs.values()].filter((job) => input.StatusEquals === undefined || job.status === input.StatusEquals);
    const { items, nextToken } = page(fitting, input, 'Ascending');
    return {
      TrainingJobSummaries: items.map((job) => ({
        TrainingJobName: job.name,
        TrainingJobArn: job.arn,
        CreationTime: new Date(job.createdAtMs),
        ...(job.trainingEndedAtMs !== undefined && { TrainingEndTime: new Date(job.trainingEndedAtMs) }),
        LastModifiedTime: new Date(job.modifiedAtMs),
        TrainingJobStatus: job.status,
        SecondaryStatus: job.secondaryStatus,
      })),
      ...nextToken,
    };
  },
});
