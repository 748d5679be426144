import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
  StopTrainingJobCommand,
  type TrainingInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { Training, TrainingJob, TrainingRequest } from '../ports/training.ts';
import { alreadyExists, attemptToFind, translated } from './errors.ts';
import { tagList } from './tags.ts';

const channelsOf = (channels: TrainingRequest['channels']) =>
  Object.entries(channels).map(([ChannelName, { uri, contentType }]) => ({
    ChannelName,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: uri, S3DataDistributionType: 'FullyReplicated' as const } },
    ...(contentType !== undefined && { ContentType: contentType }),
  }));

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
        OutputDataConfig: { S3OutputPath: request.outputUri },
        ResourceConfig: {
          InstanceType: request.instanceType as TrainingInstanceType, // AWS checks the type itself and names the ones it has.
          InstanceCount: request.instanceCount,
          VolumeSizeInGB: request.volumeGb,
        },
        StoppingCondition: { MaxRuntimeInSeconds: request.maxRuntimeSeconds },
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
        metrics: Object.fromEntries(
          (job.FinalMetricDataList ?? []).flatMap(({ MetricName, Value }) =>
            MetricName !== undefined && Value !== undefined ? [[MetricName, Value]] : [],
          ),
        ),
        ...(job.ModelArtifacts?.S3ModelArtifacts !== undefined && { modelArtifacts: job.ModelArtifacts.S3ModelArtifacts }),
        ...(job.FailureReason !== undefined && { failureReason: job.FailureReason }),
      };
    },

    async stop(TrainingJobName) {
      // A job that ended meanwhile is refused: what was wanted is so.
      await client.send(new StopTrainingJobCommand({ TrainingJobName })).catch((error: unknown) => {
        const attempted = translated(error, `Cannot stop training job "${TrainingJobName}"`);
        if (attempted.name !== 'Refused') throw attempted;
      });
    },
  };
}
