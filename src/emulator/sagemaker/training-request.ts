import type { Channel, CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { type AwsError, notEmulated, validationException } from '../aws-error.ts';
import type { Limits } from '../operation.ts';
import { unsupportedManifest } from './deployable.ts';
import { nameLimit, roleArnLimit, tagLimits, trainingInstanceTypeLimit, vpcLimits } from './limits.ts';
import { s3Location } from './s3-data.ts';
import type { SageMaker } from './state.ts';
import { checkpointFolder } from './training-checkpoints.ts';
import { compiledDefinitions } from './training-metrics.ts';

// What CreateTrainingJob takes, and what it refuses.

const words = { min: 1, max: 100 };
const s3Uri = { max: 1024, pattern: /^(https|s3):\/\/([^/]+)\/?(.*)$/ };

export const trainingLimits: Limits = {
  TrainingJobName: { ...nameLimit, min: 1 },
  RoleArn: roleArnLimit,
  HyperParameters: { min: 0, max: 100 },
  Environment: { min: 0, max: 100 },
  'AlgorithmSpecification.TrainingImage': { max: 255 },
  'AlgorithmSpecification.TrainingInputMode': { oneOf: ['Pipe', 'File', 'FastFile'] },
  'AlgorithmSpecification.ContainerEntrypoint': words,
  'AlgorithmSpecification.ContainerEntrypoint[]': { max: 256 },
  'AlgorithmSpecification.ContainerArguments': words,
  'AlgorithmSpecification.ContainerArguments[]': { max: 256 },
  'AlgorithmSpecification.MetricDefinitions': { min: 0, max: 40 },
  'AlgorithmSpecification.MetricDefinitions[].Name': { min: 1, max: 255 },
  'AlgorithmSpecification.MetricDefinitions[].Regex': { min: 1, max: 500 },
  InputDataConfig: { min: 1, max: 20 },
  'InputDataConfig[].ChannelName': { min: 1, max: 64, pattern: /^[A-Za-z0-9.\-_]+$/ },
  'InputDataConfig[].InputMode': { oneOf: ['Pipe', 'File', 'FastFile'] },
  'InputDataConfig[].CompressionType': { oneOf: ['None', 'Gzip'] },
  'InputDataConfig[].DataSource.S3DataSource.S3Uri': s3Uri,
  'InputDataConfig[].DataSource.S3DataSource.S3DataDistributionType': { oneOf: ['FullyReplicated', 'ShardedByS3Key'] },
  'InputDataConfig[].DataSource.S3DataSource.InstanceGroupNames': { max: 5 },
  'OutputDataConfig.S3OutputPath': s3Uri,
  'OutputDataConfig.KmsKeyId': { max: 2048 },
  'OutputDataConfig.CompressionType': { oneOf: ['GZIP', 'NONE'] },
  'CheckpointConfig.S3Uri': s3Uri,
  'CheckpointConfig.LocalPath': { max: 4096 },
  'ResourceConfig.InstanceType': trainingInstanceTypeLimit,
  'ResourceConfig.InstanceCount': { min: 0 },
  'ResourceConfig.InstanceGroups': { max: 5 },
  'ResourceConfig.InstanceGroups[].InstanceType': trainingInstanceTypeLimit,
  'ResourceConfig.InstanceGroups[].InstanceCount': { min: 0 },
  'ResourceConfig.InstanceGroups[].InstanceGroupName': { min: 1, max: 64 },
  'ResourceConfig.VolumeSizeInGB': { min: 0 },
  'ResourceConfig.VolumeKmsKeyId': { max: 2048 },
  'ResourceConfig.KeepAlivePeriodInSeconds': { min: 0, max: 21_600 },
  'StoppingCondition.MaxRuntimeInSeconds': { min: 1, max: 2_419_200 },
  'StoppingCondition.MaxWaitTimeInSeconds': { min: 1 },
  'StoppingCondition.MaxPendingTimeInSeconds': { min: 1800, max: 2_419_200 },
  'RetryStrategy.MaximumRetryAttempts': { min: 1, max: 30 },
  ...vpcLimits,
  ...tagLimits,
};

const constraint = (value: string, path: string, what: string): AwsError =>
  validationException(`1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${what}`);

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
  // Where AWS lays out such a one nobody has written down; here it would be outside of its folder.
  if (/^\.{1,2}$/.test(channel.ChannelName ?? '')) throw notEmulated(`a training channel called "${channel.ChannelName}"`);
  const mode = channel.InputMode ?? input.AlgorithmSpecification?.TrainingInputMode;
  if (mode === 'Pipe') throw notEmulated(`training input mode Pipe (channel "${channel.ChannelName}")`);
  const source = channel.DataSource?.S3DataSource;
  if (!source) throw notEmulated(`training data from elsewhere than S3 (channel "${channel.ChannelName}")`);
  if (source.S3DataType !== 'S3Prefix') throw notEmulated(`S3DataType ${source.S3DataType} (channel "${channel.ChannelName}")`);
  if (channel.CompressionType === 'Gzip') throw notEmulated(`compressed training channels (channel "${channel.ChannelName}")`);
  if (channel.RecordWrapperType === 'RecordIO') throw notEmulated(`RecordIO wrapping (channel "${channel.ChannelName}")`);
  const groups = (input.ResourceConfig?.InstanceGroups ?? []).map((group) => group.InstanceGroupName);
  const unknown = source.InstanceGroupNames?.find((name) => !groups.includes(name));
  if (unknown !== undefined)
    throw validationException(`InstanceGroupName "${unknown}" of channel "${channel.ChannelName}" is not in ResourceConfig.InstanceGroups.`);
  const { bucket, key } = s3Location(source.S3Uri ?? '');
  if (state.options.objects.list(bucket, key).length === 0) {
    throw validationException(
      `No S3 objects found under S3 URL "${source.S3Uri}" given in input data source. Please ensure that the bucket exists in the selected region (${state.kernel.region}), that objects exist under that S3 prefix, and that the role "${input.RoleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
    );
  }
}

/** AWS documents the rules and not the words. */
function checkInstances({ ResourceConfig: resources }: CreateTrainingJobCommandInput): void {
  const groups = resources?.InstanceGroups;
  if (!groups) {
    if (resources?.InstanceType === undefined) throw validationException('InstanceType or InstanceGroups must be specified in ResourceConfig.');
    if ((resources.InstanceCount ?? 0) < 1) throw validationException('InstanceCount must be at least 1 in ResourceConfig.');
    return;
  }
  if (resources.InstanceType !== undefined || resources.InstanceCount !== undefined) {
    throw validationException('Specify either InstanceGroups, or InstanceType and InstanceCount in ResourceConfig, not both.');
  }
  const names = groups.map((group) => group.InstanceGroupName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw validationException(`Duplicate InstanceGroupName "${twice}" in ResourceConfig.InstanceGroups.`);
  const empty = groups.find((group) => (group.InstanceCount ?? 0) < 1);
  if (groups.length === 0 || empty) throw validationException('Each of ResourceConfig.InstanceGroups must have an InstanceCount of at least 1.');
}

function checkTimes(input: CreateTrainingJobCommandInput): void {
  const { MaxRuntimeInSeconds: longest, MaxWaitTimeInSeconds: wait } = input.StoppingCondition ?? {};
  if (!input.EnableManagedSpotTraining) {
    if (wait !== undefined)
      throw validationException('Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true');
    return;
  }
  if (longest === undefined)
    throw validationException('Invalid MaxRuntimeInSeconds. It must be present when EnableManagedSpotTraining is set to true');
  if (wait === undefined || wait < longest) {
    const found = wait === undefined ? '' : ` Found ${wait}, ${longest}.`;
    throw validationException(`Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds.${found}`);
  }
}

function checkCheckpoints({ CheckpointConfig: config }: CreateTrainingJobCommandInput): void {
  if (!config) return;
  s3Location(config.S3Uri ?? '');
  if (checkpointFolder(config) === undefined) throw notEmulated(`checkpoints outside /opt/ml (CheckpointConfig.LocalPath "${config.LocalPath}")`);
}

/**
 * Everything CreateTrainingJob refuses but a name that is taken.
 *
 * @throws AwsError `ValidationException`, or `NotEmulated` for what is AWS's and not done here
 */
export function checkTrainingRequest(state: SageMaker, input: CreateTrainingJobCommandInput): void {
  const algorithm = input.AlgorithmSpecification;
  if (algorithm?.AlgorithmName !== undefined) throw notEmulated('training with a Marketplace algorithm (AlgorithmSpecification.AlgorithmName)');
  if (input.ServerlessJobConfig) throw notEmulated('serverless training jobs (ServerlessJobConfig)');
  if (input.ResourceConfig?.InstancePreferences) throw notEmulated('a choice of instance types (ResourceConfig.InstancePreferences)');
  checkMap(input.HyperParameters ?? {}, 'hyperParameters', { key: 256, value: 2500 });
  checkMap(input.Environment ?? {}, 'environment', { key: 512, value: 512 });
  compiledDefinitions(algorithm?.MetricDefinitions ?? []);
  const image = algorithm?.TrainingImage;
  if (image === undefined)
    throw validationException('Invalid training image. Please provide a valid Amazon Elastic Container Registry path of the Docker image to run.');
  const unsupported = unsupportedManifest(state.options, image);
  if (unsupported !== undefined) throw validationException(unsupported);
  if (!state.options.image(image)) throw validationException(`Cannot find the requested image: ${image}`);
  checkTimes(input);
  checkInstances(input);
  const channels = input.InputDataConfig ?? [];
  const twice = channels.find((channel, index) => channels.findIndex((other) => other.ChannelName === channel.ChannelName) !== index);
  if (twice) throw validationException(`Duplicate channel name "${twice.ChannelName}" in InputDataConfig.`);
  for (const channel of channels) checkChannel(state, channel, input);
  s3Location(input.OutputDataConfig?.S3OutputPath ?? '');
  checkCheckpoints(input);
}
