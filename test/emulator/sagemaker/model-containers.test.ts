import {
  type ContainerDefinition,
  CreateModelCommand,
  type CreateModelCommandInput,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DescribeModelCommand,
  type ModelPackageContainerDefinition,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { describe, expect, test } from 'vitest';
import { bindToPortLabel } from '../../../src/containers/image.ts';
import { clientsOf, refused } from './client.ts';
import { minutes, roleArn, virtualWorld, type World } from './fixture.ts';

const registry = '000000000000.dkr.ecr.eu-west-1.amazonaws.com/models';
const anyPort = { [bindToPortLabel]: 'true' };

function modelWorld(w: World = virtualWorld()) {
  const { client, as } = clientsOf(w);
  const create = (more: Partial<CreateModelCommandInput>) =>
    client.send(new CreateModelCommand({ ModelName: 'churn', ExecutionRoleArn: roleArn, ...more }));
  return { w, client, as, create };
}

/** A registered version of these containers. */
async function registered(w: World, containers: readonly ModelPackageContainerDefinition[]) {
  const { client } = clientsOf(w);
  await client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'churn' }));
  const made = await client.send(
    new CreateModelPackageCommand({ ModelPackageGroupName: 'churn', InferenceSpecification: { Containers: [...containers] } }),
  );
  const ModelPackageArn = made.ModelPackageArn ?? '';
  return { ModelPackageArn, approve: () => client.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' })) };
}

/** An endpoint `churn` of the model `churn`, ten minutes after it was asked for. */
async function deployed(w: World) {
  await w.call('CreateEndpointConfig', {
    EndpointConfigName: 'config',
    ProductionVariants: [{ VariantName: 'stable', ModelName: 'churn', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
  });
  await w.endpoint('churn', 'config');
  return await w.describe('churn');
}

describe('CreateModel of several containers', () => {
  test('describes them back in order, with their mode, network and isolation', async () => {
    const { w, client, create } = modelWorld();
    const Containers: ContainerDefinition[] = [
      { ContainerHostname: 'prepare', Image: w.image('prepare', anyPort) },
      { ContainerHostname: 'predict', Image: w.image('predict', anyPort) },
    ];
    const VpcConfig = { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1', 'subnet-2'] };
    await create({ Containers, VpcConfig, EnableNetworkIsolation: true });

    expect(await client.send(new DescribeModelCommand({ ModelName: 'churn' }))).toMatchObject({
      Containers,
      InferenceExecutionConfig: { Mode: 'Serial' },
      VpcConfig,
      EnableNetworkIsolation: true,
    });
  });

  test.each<[string, Partial<CreateModelCommandInput>, string]>([
    [
      'an image that does not take its port',
      { Containers: [{ Image: `${registry}/first:latest` }, { Image: `${registry}/fixed:latest` }] },
      `ValidationException: Your Ecr Image ${registry}/fixed:latest does not contain required com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true Docker label(s).`,
    ],
    [
      'a name for one of two',
      { Containers: [{ Image: `${registry}/first:latest`, ContainerHostname: 'a' }, { Image: `${registry}/first:latest` }] },
      'ValidationException: ContainerHostname must be specified for every container of the model, or for none.',
    ],
    [
      'one name for two',
      {
        Containers: [
          { Image: `${registry}/first:latest`, ContainerHostname: 'a' },
          { Image: `${registry}/first:latest`, ContainerHostname: 'a' },
        ],
      },
      'ValidationException: ContainerHostname "a" is used by several containers of the model.',
    ],
    [
      'a primary container beside them',
      { PrimaryContainer: { Image: `${registry}/first:latest` }, Containers: [{ Image: `${registry}/first:latest` }] },
      'ValidationException: Specify one of either PrimaryContainer or Containers, not both.',
    ],
    ['none', { Containers: [] }, 'ValidationException: Either PrimaryContainer or Containers must be specified.'],
    [
      'environments of more than 32 KB together',
      {
        Containers: ['first', 'first'].map((name) => ({
          Image: `${registry}/${name}:latest`,
          Environment: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`K${n}`, 'x'.repeat(1000)])),
        })),
      },
      'ValidationException: The total size of the environment variables must not exceed 32 KB; it is 34082 bytes.',
    ],
  ])('refuses %s', async (_what, more, answer) => {
    const { w, create } = modelWorld();
    w.image('first', anyPort);
    w.image('fixed');

    expect(await refused(create(more))).toBe(answer);
  });

  test('refuses sixteen', async () => {
    const { w, create } = modelWorld();
    const Image = w.image('first', anyPort);

    expect(await refused(create({ Containers: Array.from({ length: 16 }, () => ({ Image })) }))).toMatch(
      /at 'containers' failed to satisfy constraint: Member must have length less than or equal to 15$/,
    );
  });

  test('is counted as the chain it is: a failure of either, the time of both', async () => {
    const { w, create } = modelWorld();
    const first = w.image('first', { ...anyPort, 'local.behaviour': '{"errorRate":0.5,"latencyMs":20,"latencySigma":0.1}' });
    const second = w.image('second', { ...anyPort, 'local.behaviour': '{"errorRate":0.5,"latencyMs":30,"latencySigma":0.2}' });
    await create({ Containers: [{ Image: first }, { Image: second }] });
    const described = await deployed(w);
    const { behaviour } = w.sageMaker.endpoints()[0]?.fleet.variants[0]?.host ?? {};

    expect(described.EndpointStatus).toBe('InService');
    expect(described.ProductionVariants?.[0]?.DeployedImages?.map((image) => image.SpecifiedImage)).toEqual([first, second]);
    expect(behaviour).toMatchObject({ errorRate: 0.75, latencyMs: 50, latencySigma: 0.2 });
  });

  test('fails to deploy by the names of those that never answered a ping', async () => {
    const { w, create } = modelWorld();
    const good = w.image('first', anyPort);
    const dead = w.image('dead', { ...anyPort, 'local.behaviour.healthy': 'false' });
    await create({ Containers: [{ Image: good }, { Image: dead }] });
    await deployed(w);
    await w.kernel.clock.advance(minutes(30));

    expect((await w.describe('churn')).FailureReason).toBe(
      'The container-2 container for production variant stable did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    );
  });
});

describe('CreateModel of a model package', () => {
  test('runs the containers the approved version was registered with, under its digest, whatever became of the tag', async () => {
    const { w, client, create } = modelWorld();
    const Image = w.image('churn');
    const { ModelPackageArn, approve } = await registered(w, [{ Image, Environment: { LEVEL: 'info', THRESHOLD: '0.5' } }]);
    await approve();
    w.image('churn');
    await create({ PrimaryContainer: { ModelPackageName: ModelPackageArn, Environment: { LEVEL: 'debug' } } });
    await client.send(new DeleteModelPackageCommand({ ModelPackageName: ModelPackageArn }));

    const digest = `sha256:${'1'.padStart(64, '0')}`;
    expect((await client.send(new DescribeModelCommand({ ModelName: 'churn' }))).PrimaryContainer).toEqual({
      ModelPackageName: ModelPackageArn,
      Environment: { LEVEL: 'debug' },
    });
    expect(w.sageMaker.models()[0]?.containers).toEqual([
      { Image: `${registry}/churn@${digest}`, Environment: { LEVEL: 'debug', THRESHOLD: '0.5' } },
    ]);
    expect((await deployed(w)).ProductionVariants?.[0]?.DeployedImages?.[0]?.ResolvedImage).toBe(`${registry}/churn@${digest}`);
  });

  test('refuses one that is not approved, one that is not there, and an image beside it', async () => {
    const { w, create } = modelWorld();
    const Image = w.image('churn');
    const { ModelPackageArn: ModelPackageName, approve } = await registered(w, [{ Image }]);

    expect(await refused(create({ PrimaryContainer: { ModelPackageName } }))).toBe(
      `ValidationException: Model package ${ModelPackageName} cannot be used to create a model: its ModelApprovalStatus is PendingManualApproval, not Approved.`,
    );
    await approve();
    expect(await refused(create({ PrimaryContainer: { ModelPackageName, Image } }))).toMatch(/^ValidationException: Specify one of either Image/);
    expect(await refused(create({ PrimaryContainer: { ModelPackageName: ModelPackageName.replace('/1', '/2') } }))).toMatch(/does not exist\.$/);
    expect(await refused(create({ PrimaryContainer: { ModelPackageName } }))).toBe('accepted');
  });
});

describe('ModelDataSource', () => {
  const source = (S3Uri: string, S3DataType: 'S3Prefix' | 'S3Object', CompressionType: 'None' | 'Gzip') => ({
    ModelDataSource: { S3DataSource: { S3Uri, S3DataType, CompressionType } },
  });

  test.each<[string, object, string]>([
    [
      'a prefix that does not end in a slash',
      source('s3://models/churn', 'S3Prefix', 'None'),
      'ValidationException: S3Uri "s3://models/churn" of type S3Prefix must end with a forward slash (/).',
    ],
    [
      'a compressed prefix',
      source('s3://models/churn/', 'S3Prefix', 'Gzip'),
      'ValidationException: CompressionType Gzip is supported for S3DataType S3Object only.',
    ],
    [
      'an object whose key is only the beginning of one',
      source('s3://models/churn/weig', 'S3Object', 'None'),
      'ValidationException: Could not find model data at s3://models/churn/weig.',
    ],
    ['a prefix with files', source('s3://models/churn/', 'S3Prefix', 'None'), 'accepted'],
    ['an object', source('s3://models/churn/weights.txt', 'S3Object', 'None'), 'accepted'],
  ])('%s', async (_what, data, answer) => {
    const { w, create } = modelWorld();
    w.objects.set('models/churn/weights.txt', new Uint8Array([1]));

    expect(await refused(create({ PrimaryContainer: { Image: w.image('churn'), ...data } }))).toBe(answer);
  });

  test('with a folder marker among its keys fails the deployment, as AWS has it', async () => {
    const { w, create } = modelWorld();
    w.objects.set('models/churn/weights.txt', new Uint8Array([1]));
    w.objects.set('models/churn/sub/', new Uint8Array());
    await create({ PrimaryContainer: { Image: w.image('churn'), ...source('s3://models/churn/', 'S3Prefix', 'None') } });

    expect((await deployed(w)).FailureReason).toMatch(/cannot be a file name/);
  });
});

describe('a policy', () => {
  test('can ask that models are isolated from the network', async () => {
    const { w, as } = modelWorld();
    const mine = as([
      {
        Effect: 'Allow',
        Action: 'sagemaker:CreateModel',
        Resource: '*',
        Condition: { Bool: { 'sagemaker:NetworkIsolation': 'true' } },
      },
      { Effect: 'Allow', Action: 'iam:PassRole', Resource: roleArn },
    ]);
    const Image = w.image('churn');
    const create = (EnableNetworkIsolation: boolean) =>
      refused(
        mine.send(new CreateModelCommand({ ModelName: 'churn', ExecutionRoleArn: roleArn, PrimaryContainer: { Image }, EnableNetworkIsolation })),
      );

    expect(await create(false)).toMatch(/^AccessDeniedException: /);
    expect(await create(true)).toBe('accepted');
  });
});
