import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
  StopTrainingJobCommand,
  type TrainingInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { Training, TrainingJob, TrainingRequest } from '../ports/training.ts';
import { alreadyExists, attemptToFind, isMissing, translated } from './errors.ts';
import { tagList } from './tags.ts';

const channelsOf = (channels: TrainingRequest['channels']) =>
  Object.entries(channels).map(([ChannelName, channel]) => ({
    ChannelName,
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix' as const,
        S3Uri: channel.uri,
        S3DataDistributionType: channel.distribution,
        ...(channel.instanceGroups && { InstanceGroupNames: [...channel.instanceGroups] }),
      },
    },
    ...(channel.contentType !== undefined && { ContentType: channel.contentType }),
    // What is not said is not sent: SageMaker's own defaults then stand in the record.
    ...(channel.inputMode !== 'File' && { InputMode: channel.inputMode }),
    ...(channel.compression === 'gzip' && { CompressionType: 'Gzip' as const }),
    ...(channel.recordWrapper === 'recordIO' && { RecordWrapperType: 'RecordIO' as const }),
  }));

const instancesOf = (fleet: TrainingRequest['fleet']) =>
  'instanceGroups' in fleet
    ? {
        InstanceGroups: fleet.instanceGroups.map(({ name, instanceType, instanceCount }) => ({
          InstanceGroupName: name,
          InstanceType: instanceType as TrainingInstanceType, // AWS checks the type itself and names the ones it has.
          InstanceCount: instanceCount,
        })),
      }
    : {
        InstanceType: fleet.instanceType as TrainingInstanceType, // As above.
        InstanceCount: fleet.instanceCount,
      };

const progressOf = (message: string | undefined) => (message === undefined || message === '' ? {} : { progress: message });

/** SageMaker training jobs through the SDK. */
export function sageMakerTraining(client: SageMakerClient = new SageMakerClient()): Training {
  return {
    async start(request) {
      const command = new CreateTrainingJobCommand({
        TrainingJobName: request.jobName,
        AlgorithmSpecification: {
          TrainingImage: request.imageUri,
          TrainingInputMode: 'File',
          MetricDefinitions: request.metrics.map(({ name, regex }) => ({ Name: name, Regex: regex })),
        },
        RoleArn: request.executionRoleArn,
        HyperParameters: { ...request.hyperparameters },
        // AWS refuses an empty list: no channel is no list.
        ...(Object.keys(request.channels).length > 0 && { InputDataConfig: channelsOf(request.channels) }),
        OutputDataConfig: {
          S3OutputPath: request.outputUri,
          ...(request.encryption.outputKey !== undefined && { KmsKeyId: request.encryption.outputKey }),
        },
        ResourceConfig: {
          ...instancesOf(request.fleet),
          VolumeSizeInGB: request.volumeGb,
          ...(request.encryption.volumeKey !== undefined && { VolumeKmsKeyId: request.encryption.volumeKey }),
        },
        StoppingCondition: {
          MaxRuntimeInSeconds: request.maxRuntimeSeconds,
          ...(request.maxWaitSeconds !== undefined && { MaxWaitTimeInSeconds: request.maxWaitSeconds }),
        },
        ...(request.maxWaitSeconds !== undefined && { EnableManagedSpotTraining: true }),
        ...(request.checkpointsUri !== undefined && { CheckpointConfig: { S3Uri: request.checkpointsUri } }),
        ...(request.retries > 0 && { RetryStrategy: { MaximumRetryAttempts: request.retries } }),
        ...(request.vpc && { VpcConfig: { Subnets: [...request.vpc.subnets], SecurityGroupIds: [...request.vpc.securityGroups] } }),
        ...(request.networkIsolation && { EnableNetworkIsolation: true }),
        ...(request.encryption.traffic && { EnableInterContainerTrafficEncryption: true }),
        Environment: { ...request.environment },
        Tags: tagList(request.tags),
      });
      await client.send(command).catch((error: unknown) => {
        if (!alreadyExists(error)) throw translated(error, `Cannot start training job "${request.jobName}"`);
      });
    },

    async describe(TrainingJobName) {
      const job = await attemptToFind(`Cannot describe training job "${TrainingJobName}"`, () =>
        client.send(new DescribeTrainingJobCommand({ TrainingJobName })),
      );
      if (!job) return undefined;
      return {
        jobName: TrainingJobName,
        status: job.TrainingJobStatus as TrainingJob['status'], // The API's own enum.
        secondaryStatus: job.SecondaryStatus ?? '',
        ...progressOf(job.SecondaryStatusTransitions?.at(-1)?.StatusMessage),
        metrics: Object.fromEntries(
          (job.FinalMetricDataList ?? []).flatMap(({ MetricName, Value }) =>
            // A loss that ran away is NaN: no figure, and no JSON.
            MetricName !== undefined && Value !== undefined && Number.isFinite(Value) ? [[MetricName, Value]] : [],
          ),
        ),
        ...(job.ModelArtifacts?.S3ModelArtifacts !== undefined && { modelArtifacts: job.ModelArtifacts.S3ModelArtifacts }),
        ...(job.FailureReason !== undefined && { failureReason: job.FailureReason }),
      };
    },

    async stop(TrainingJobName) {
      // A job that ended meanwhile is refused: what was wanted is so.
      await client.send(new StopTrainingJobCommand({ TrainingJobName })).catch((error: unknown) => {
        const isOver = isMissing(error) || (error instanceof Error && error.name === 'ValidationException');
        if (!isOver) throw translated(error, `Cannot stop training job "${TrainingJobName}"`);
      });
    },
  };
}
