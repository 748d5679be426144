import type { CreateTrainingJobCommandInput, CreateTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker';
import { AwsError } from '../aws-error.ts';
import { type Access, defineOperation } from '../operation.ts';
import { durations } from './durations.ts';
import { isTaken, keep, networkContext, onResource, passRoleAccess, sageMakerArn, taggingAccess } from './resources.ts';
import type { SageMaker, TrainingJob } from './state.ts';
import { tagNew } from './tagging.ts';
import { beginTraining } from './training.ts';
import { clusterOf } from './training-cluster.ts';
import { checkTrainingRequest, trainingLimits } from './training-request.ts';

/** Condition keys of a job: what it runs on, for how long, and how it is shut off. */
function contextOf(input: CreateTrainingJobCommandInput): NonNullable<Access['context']> {
  const { ResourceConfig: resources, OutputDataConfig: output, StoppingCondition: stopping } = input;
  return {
    ...networkContext(input),
    'sagemaker:InstanceTypes': clusterOf(resources).map((group) => group.instanceType),
    'sagemaker:InterContainerTrafficEncryption': String(input.EnableInterContainerTrafficEncryption ?? false),
    ...(stopping?.MaxRuntimeInSeconds !== undefined && { 'sagemaker:MaxRuntimeInSeconds': String(stopping.MaxRuntimeInSeconds) }),
    ...(output?.KmsKeyId !== undefined && { 'sagemaker:OutputKmsKey': output.KmsKeyId }),
    ...(resources?.VolumeKmsKeyId !== undefined && { 'sagemaker:VolumeKmsKey': resources.VolumeKmsKeyId }),
  };
}

export const createTrainingJob = defineOperation<SageMaker, CreateTrainingJobCommandInput, Pick<CreateTrainingJobCommandOutput, 'TrainingJobArn'>>({
  name: 'CreateTrainingJob',
  access: (input, state) => [
    { ...onResource(state, 'CreateTrainingJob', 'training-job', input.TrainingJobName ?? ''), context: contextOf(input) },
    ...passRoleAccess(input.RoleArn),
    ...taggingAccess(state, 'training-job', input.TrainingJobName ?? '', 'CreateTrainingJob', input.Tags),
  ],
  limits: trainingLimits,
  run(input, state) {
    const { kernel } = state;
    const name = input.TrainingJobName ?? '';
    const arn = sageMakerArn(kernel, 'training-job', name);
    if (isTaken(state.trainingJobs, name)) {
      throw new AwsError(
        'ResourceInUse',
        `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
      );
    }
    checkTrainingRequest(state, input);

    const { Tags: tags, ...kept } = input;
    let wake = () => {};
    const stopped = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const job: TrainingJob = {
      name,
      arn,
      createdAtMs: kernel.clock.now(),
      input: structuredClone(kept),
      status: 'InProgress',
      secondaryStatus: 'Starting',
      transitions: [],
      modifiedAtMs: kernel.clock.now(),
      trainingStartedAtMs: undefined,
      trainingEndedAtMs: undefined,
      idleMs: 0,
      priceShare: input.EnableManagedSpotTraining ? durations(kernel.random).spotPriceShare() : 1,
      failureReason: undefined,
      modelArtifacts: undefined,
      finalMetrics: new Map(),
      stopRequested: false,
      stopped,
      stop() {
        job.stopRequested = true;
        wake();
      },
    };
    keep(state.trainingJobs, job);
    tagNew(state, arn, tags);
    beginTraining(state, job);
    return { TrainingJobArn: arn };
  },
});
