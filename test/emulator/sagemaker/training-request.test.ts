import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  type ListTrainingJobsCommandInput,
} from '@aws-sdk/client-sagemaker';
import { describe, expect, test } from 'vitest';
import { clientsOf, refused } from './client.ts';
import { roleArn, trainingJob, virtualWorld } from './fixture.ts';

type More = Partial<CreateTrainingJobCommandInput>;

function jobs() {
  const w = virtualWorld();
  const image = w.image('churn');
  w.objects.set('data/train/a.csv', new Uint8Array([1]));
  const { client, as } = clientsOf(w);
  return { w, client, as, image, create: (more: More) => client.send(new CreateTrainingJobCommand(trainingJob('churn', image, more))) };
}

const ml = (InstanceGroupName: string, InstanceCount: number) => ({ InstanceGroupName, InstanceType: 'ml.m5.large' as const, InstanceCount });
const spot = (StoppingCondition: More['StoppingCondition']): More => ({ EnableManagedSpotTraining: true, StoppingCondition });

describe('CreateTrainingJob', () => {
  test.each<[string, More, string]>([
    [
      'a wait without spot',
      { StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 60 } },
      'ValidationException: Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true',
    ],
    [
      'spot without a wait',
      spot({ MaxRuntimeInSeconds: 60 }),
      'ValidationException: Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds.',
    ],
    [
      'a wait shorter than the run',
      spot({ MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 59 }),
      'ValidationException: Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds. Found 59, 60.',
    ],
    [
      'spot without a longest run',
      spot({ MaxWaitTimeInSeconds: 59 }),
      'ValidationException: Invalid MaxRuntimeInSeconds. It must be present when EnableManagedSpotTraining is set to true',
    ],
    [
      'groups beside an instance type',
      { ResourceConfig: { InstanceGroups: [ml('a', 1)], InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
      'ValidationException: Specify either InstanceGroups, or InstanceType and InstanceCount in ResourceConfig, not both.',
    ],
    [
      'two groups of one name',
      { ResourceConfig: { InstanceGroups: [ml('a', 1), ml('a', 1)], VolumeSizeInGB: 1 } },
      'ValidationException: Duplicate InstanceGroupName "a" in ResourceConfig.InstanceGroups.',
    ],
    [
      'no instance',
      { ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 0, VolumeSizeInGB: 1 } },
      'ValidationException: InstanceCount must be at least 1 in ResourceConfig.',
    ],
    [
      'a channel for a group there is not',
      {
        ResourceConfig: { InstanceGroups: [ml('a', 1)], VolumeSizeInGB: 1 },
        InputDataConfig: [
          { ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train/', InstanceGroupNames: ['b'] } } },
        ],
      },
      'ValidationException: InstanceGroupName "b" of channel "train" is not in ResourceConfig.InstanceGroups.',
    ],
    [
      'checkpoints outside /opt/ml',
      { CheckpointConfig: { S3Uri: 's3://artifacts/checkpoints', LocalPath: '/var/checkpoints' } },
      'NotEmulated: The embedded AWS does not emulate checkpoints outside /opt/ml (CheckpointConfig.LocalPath "/var/checkpoints"); docs/emulator.md lists what it does',
    ],
    [
      'six groups',
      { ResourceConfig: { InstanceGroups: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ml(name, 1)), VolumeSizeInGB: 1 } },
      "ValidationException: 1 validation error detected: Value '[{InstanceType=ml.m5.large, InstanceCount=1, InstanceGroupName=a}, {InstanceType=ml.m5.large, InstanceCount=1, InstanceGroupName=b}, {InstanceType=ml.m5.large, InstanceCount=1, InstanceGroupName=c}, {InstanceType=ml.m5.large, InstanceCount=1, InstanceGroupName=d}, {InstanceType=ml.m5.large, InstanceCount=1, InstanceGroupName=e}, {InstanceType=ml.m5.large, InstanceCount=1, InstanceGroupName=f}]' at 'resourceConfig.instanceGroups' failed to satisfy constraint: Member must have length less than or equal to 5",
    ],
  ])('refuses %s', async (_what, more, answer) => {
    const { create } = jobs();

    expect(await refused(create(more))).toBe(answer);
  });

  test('describes back how the job is shut off, encrypted, retried and started', async () => {
    const { client, image, create } = jobs();
    const given: More = {
      AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File', ContainerEntrypoint: ['python3'], ContainerArguments: ['train.py'] },
      VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] },
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      OutputDataConfig: { S3OutputPath: 's3://artifacts/models', KmsKeyId: 'alias/models' },
      ResourceConfig: { InstanceGroups: [ml('a', 1), ml('b', 2)], VolumeSizeInGB: 30, VolumeKmsKeyId: 'alias/volumes' },
      RetryStrategy: { MaximumRetryAttempts: 2 },
      CheckpointConfig: { S3Uri: 's3://artifacts/checkpoints' },
      ...spot({ MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 600 }),
    };
    await create(given);

    expect(await client.send(new DescribeTrainingJobCommand({ TrainingJobName: 'churn' }))).toMatchObject(given);
  });

  test('is listed by name and status; by warm pool is refused by name', async () => {
    const { client, create } = jobs();
    await create({});
    const list = async (input: ListTrainingJobsCommandInput) =>
      (await client.send(new ListTrainingJobsCommand(input))).TrainingJobSummaries?.map((job) => job.TrainingJobName);

    expect(await list({ NameContains: 'CHU', StatusEquals: 'InProgress' })).toEqual(['churn']);
    expect(await list({ StatusEquals: 'Completed' })).toEqual([]);
    expect(await refused(list({ WarmPoolStatusEquals: 'Available' }))).toMatch(/^NotEmulated: The embedded AWS does not emulate warm pools/);
  });

  test('lets a policy tell which instances, and that the job is isolated from the network', async () => {
    const { as, image } = jobs();
    const mine = as([
      {
        Effect: 'Allow',
        Action: 'sagemaker:CreateTrainingJob',
        Resource: '*',
        Condition: {
          'ForAllValues:StringEquals': { 'sagemaker:InstanceTypes': ['ml.m5.large'] },
          Bool: { 'sagemaker:NetworkIsolation': 'true' },
        },
      },
      { Effect: 'Allow', Action: 'iam:PassRole', Resource: roleArn },
    ]);
    const create = (more: More) => refused(mine.send(new CreateTrainingJobCommand(trainingJob('churn', image, more))));

    const EnableNetworkIsolation = true;

    expect(await create({})).toMatch(/^AccessDeniedException: /);
    expect(
      await create({ EnableNetworkIsolation, ResourceConfig: { InstanceType: 'ml.p4d.24xlarge', InstanceCount: 1, VolumeSizeInGB: 1 } }),
    ).toMatch(/^AccessDeniedException: /);
    expect(await create({ EnableNetworkIsolation })).toBe('accepted');
  });
});
