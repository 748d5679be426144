import type { Channel, CreateTrainingJobCommandInput, CreateTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker';
import { AwsError, notEmulated, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { nameLimit, roleArnLimit, tagLimits, trainingInstanceTypeLimit } from './limits.ts';
import { isTaken, keep, onResource, passRoleAccess, sageMakerArn, taggingAccess } from './resources.ts';
import { s3Location } from './s3-data.ts';
import type { SageMaker, TrainingJob } from './state.ts';
import { tagNew } from './tagging.ts';
import { beginTraining } from './training.ts';
import { compiledDefinitions } from './training-metrics.ts';

const constraint = (value: string, path: string, words: string) =>
  validationException(`1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${words}`);

function checkMap(map: Readonly<Record<string, unknown>>, path: string, bounds: { key: number; value: number }): void {
  for (const [key, value] of Object.entries(map)) {
    if (key.length > bounds.key)
      throw constraint(key, path, `Map keys must satisfy constraint: [Member must have length less than or equal to ${bounds.key}]`);
    if (typeof value !== 'string') throw constraint(String(value), `${path}.${key}`, 'Member must be a string');
    if (value.length > bounds.value) {
      throw constraint(value, path, `Map value must satisfy constraint: [Member must have length less than or equal to ${bounds.value}]`);
    }
  }
}

function checkChannel(state: SageMaker, channel: Channel, input: CreateTrainingJobCommandInput): void {
  const mode = channel.InputMode ?? input.AlgorithmSpecification?.TrainingInputMode;
  if (mode === 'Pipe') throw notEmulated(`training input mode Pipe (channel "${channel.ChannelName}")`);
  const source = channel.DataSource?.S3DataSource;
  if (!source) throw notEmulated(`training data from elsewhere than S3 (channel "${channel.ChannelName}")`);
  if (source.S3DataType !== 'S3Prefix') throw notEmulated(`S3DataType ${source.S3DataType} (channel "${channel.ChannelName}")`);
  if (channel.CompressionType === 'Gzip') throw notEmulated(`compressed training channels (channel "${channel.ChannelName}")`);
  if (channel.RecordWrapperType === 'RecordIO') throw notEmulated(`RecordIO wrapping (channel "${channel.ChannelName}")`);
  const { bucket, key } = s3Location(source.S3Uri ?? '');
  if (state.options.objects.list(bucket, key).length === 0) {
    throw validationException(
      `No S3 objects found under S3 URL "${source.S3Uri}" given in input data source. Please ensure that the bucket exists in the selected region (${state.kernel.region}), that objects exist under that S3 prefix, and that the role "${input.RoleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
    );
  }
}

function refuseUnknownKinds(input: CreateTrainingJobCommandInput): void {
  const algorithm = input.AlgorithmSpecification;
  if (algorithm?.AlgorithmName !== undefined) throw notEmulated('training with a Marketplace algorithm (AlgorithmSpecification.AlgorithmName)');
  if (algorithm?.ContainerEntrypoint || algorithm?.ContainerArguments) throw notEmulated('ContainerEntrypoint and ContainerArguments');
  if ((input.ResourceConfig?.InstanceCount ?? 1) > 1 || input.ResourceConfig?.InstanceGroups) throw notEmulated('training on several instances');
  if (input.ServerlessJobConfig) throw notEmulated('serverless training jobs (ServerlessJobConfig)');
}

export const createTrainingJob = defineOperation<SageMaker, CreateTrainingJobCommandInput, Pick<CreateTrainingJobCommandOutput, 'TrainingJobArn'>>({
  name: 'CreateTrainingJob',
  access: (input, state) => [
    onResource(state, 'CreateTrainingJob', 'training-job', input.TrainingJobName ?? ''),
    ...passRoleAccess(input.RoleArn),
    ...taggingAccess(state, 'training-job', input.TrainingJobName ?? '', 'CreateTrainingJob', input.Tags),
  ],
  limits: {
    TrainingJobName: { ...nameLimit, min: 1 },
    RoleArn: roleArnLimit,
    HyperParameters: { min: 0, max: 100 },
    Environment: { min: 0, max: 100 },
    'AlgorithmSpecification.TrainingImage': { max: 255 },
    'AlgorithmSpecification.TrainingInputMode': { oneOf: ['Pipe', 'File', 'FastFile'] },
    'AlgorithmSpecification.MetricDefinitions': { min: 0, max: 40 },
    'AlgorithmSpecification.MetricDefinitions[].Name': { min: 1, max: 255 },
    'AlgorithmSpecification.MetricDefinitions[].Regex': { min: 1, max: 500 },
    InputDataConfig: { min: 1, max: 20 },
    'InputDataConfig[].ChannelName': { min: 1, max: 64, pattern: /^[A-Za-z0-9.\-_]+$/ },
    'InputDataConfig[].DataSource.S3DataSource.S3Uri': { max: 1024, pattern: /^(https|s3):\/\/([^/]+)\/?(.*)$/ },
    'OutputDataConfig.S3OutputPath': { max: 1024, pattern: /^(https|s3):\/\/([^/]+)\/?(.*)$/ },
    'OutputDataConfig.CompressionType': { oneOf: ['GZIP', 'NONE'] },
    'ResourceConfig.InstanceType': trainingInstanceTypeLimit,
    'ResourceConfig.InstanceCount': { min: 0 },
    'ResourceConfig.VolumeSizeInGB': { min: 0 },
    'ResourceConfig.KeepAlivePeriodInSeconds': { min: 0, max: 21_600 },
    'StoppingCondition.MaxRuntimeInSeconds': { min: 1, max: 2_419_200 },
    'StoppingCondition.MaxWaitTimeInSeconds': { min: 1 },
    'StoppingCondition.MaxPendingTimeInSeconds': { min: 1800, max: 2_419_200 },
    'RetryStrategy.MaximumRetryAttempts': { min: 1, max: 30 },
    ...tagLimits,
  },
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
    refuseUnknownKinds(input);
    checkMap(input.HyperParameters ?? {}, 'hyperParameters', { key: 256, value: 2500 });
    checkMap(input.Environment ?? {}, 'environment', { key: 512, value: 512 });
    compiledDefinitions(input.AlgorithmSpecification?.MetricDefinitions ?? []);
    const image = input.AlgorithmSpecification?.TrainingImage;
    if (image === undefined)
      throw validationException('Invalid training image. Please provide a valid Amazon Elastic Container Registry path of the Docker image to run.');
    if (!state.options.image(image)) throw validationException(`Cannot find the requested image: ${image}`);
    const { MaxRuntimeInSeconds: longest = 0, MaxWaitTimeInSeconds: wait } = input.StoppingCondition ?? {};
    if (wait !== undefined && wait < longest) {
      throw validationException(`Invalid MaxWaitTimeInSeconds. It must be greater than or equal to MaxRuntimeInSeconds. Found ${wait}, ${longest}.`);
    }
    const channels = input.InputDataConfig ?? [];
    const twice = channels.find((channel, index) => channels.findIndex((other) => other.ChannelName === channel.ChannelName) !== index);
    if (twice) throw validationException(`Duplicate channel name "${twice.ChannelName}" in InputDataConfig.`);
    for (const channel of channels) checkChannel(state, channel, input);
    s3Location(input.OutputDataConfig?.S3OutputPath ?? '');

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
      failureReason: undefined,
      modelArtifacts: undefined,
      finalMetrics: new Map(),
      run: undefined,
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
