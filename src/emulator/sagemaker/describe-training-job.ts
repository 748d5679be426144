import type { DescribeTrainingJobCommandInput, DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker';
import { contract } from '../../containers/contract.ts';
import { defineOperation } from '../operation.ts';
import { nameLimit } from './limits.ts';
import { onResource, trainingJobNamed } from './resources.ts';
import type { SageMaker } from './state.ts';

export const describeTrainingJob = defineOperation<SageMaker, DescribeTrainingJobCommandInput, Omit<DescribeTrainingJobCommandOutput, '$metadata'>>({
  name: 'DescribeTrainingJob',
  access: (input, state) => [onResource(state, 'DescribeTrainingJob', 'training-job', input.TrainingJobName ?? '')],
  limits: { TrainingJobName: { ...nameLimit, min: 1 } },
  run(input, state) {
    const job = trainingJobNamed(state, input.TrainingJobName ?? '');
    const { trainingStartedAtMs: startedAtMs, trainingEndedAtMs: endedAtMs } = job;
    const seconds = startedAtMs !== undefined && endedAtMs !== undefined ? Math.round((endedAtMs - startedAtMs) / 1000) : undefined;
    return {
      EnableNetworkIsolation: false,
      EnableInterContainerTrafficEncryption: false,
      EnableManagedSpotTraining: false,
      StoppingCondition: { MaxRuntimeInSeconds: contract.maxRuntimeMs / 1000 },
      ...structuredClone(job.input),
      TrainingJobName: job.name,
      TrainingJobArn: job.arn,
      TrainingJobStatus: job.status,
      SecondaryStatus: job.secondaryStatus,
      // Unset until the model is uploaded, though the API's shape asks for it.
      ModelArtifacts: job.modelArtifacts === undefined ? undefined : { S3ModelArtifacts: job.modelArtifacts },
      ...(job.failureReason !== undefined && { FailureReason: job.failureReason }),
      CreationTime: new Date(job.createdAtMs),
      LastModifiedTime: new Date(job.modifiedAtMs),
      ...(startedAtMs !== undefined && { TrainingStartTime: new Date(startedAtMs) }),
      ...(endedAtMs !== undefined && { TrainingEndTime: new Date(endedAtMs) }),
      ...(seconds !== undefined && {
        TrainingTimeInSeconds: seconds,
        BillableTimeInSeconds: Math.round(job.priceShare * (seconds - job.idleMs / 1000)),
      }),
      SecondaryStatusTransitions: structuredClone(job.transitions),
      ...(job.finalMetrics.size > 0 && {
        FinalMetricDataList: [...job.finalMetrics].map(([name, { value, atMs }]) => ({ MetricName: name, Value: value, Timestamp: new Date(atMs) })),
      }),
    };
  },
});
