import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { SNSClient } from '@aws-sdk/client-sns';
import { jsonSchemas } from '../../src/app/json-schemas.ts';
import { cloudWatchAlarms } from '../../src/aws/alarms.ts';
import { codeBuilds } from '../../src/aws/builds.ts';
import { sageMakerEndpoints } from '../../src/aws/endpoints.ts';
import { stepFunctionsExecutions } from '../../src/aws/executions.ts';
import { lambdaFunctions } from '../../src/aws/functions.ts';
import { ecrImages } from '../../src/aws/images.ts';
import { awsInventory } from '../../src/aws/inventory.ts';
import { sageMakerInvocations } from '../../src/aws/invocations.ts';
import { cloudWatchMetrics } from '../../src/aws/metrics.ts';
import { sageMakerModels } from '../../src/aws/models.ts';
import { awsNotices } from '../../src/aws/notices.ts';
import { s3Objects } from '../../src/aws/objects.ts';
import { sageMakerPackages } from '../../src/aws/packages.ts';
import { s3StoredObjects } from '../../src/aws/stored-objects.ts';
import { sageMakerTraining } from '../../src/aws/training.ts';
import { signedWebhooks } from '../../src/aws/webhooks.ts';
import { AwsError } from '../../src/emulator/aws-error.ts';
import type { Ports } from '../../src/ports/ports.ts';
import type { Rollout } from '../../src/rollout/rollout.ts';
import { type World, world } from '../aws/world.ts';
import { deliverySource, noonMs, rollout } from './fixture.ts';

type Answer = Record<string, unknown>;

/** What SageMaker and CloudWatch answer in this test, and what they were asked. */
export interface Story {
  readonly w: World;
  readonly ports: Ports;
  readonly clock: { ms: number };
  /** DescribeEndpoint's answer; unset: there is none. */
  endpoint: Answer | undefined;
  /** DescribeEndpointConfig's answers by name. */
  readonly configs: Map<string, Answer>;
  /** What the alarms read. */
  alarms: { AlarmName: string; StateValue: string; Dimensions?: { Name: string; Value: string }[] }[];
  /** What a variant answers when it is asked by name: a body, or an error of the model. */
  smoke: (variantName: string) => unknown;
  /** What CloudWatch answers for metrics. */
  metrics: () => unknown;
  /** What CloudWatch answers where an alarm is made or deleted. */
  alarmsChange: () => unknown;
  /** Executions by name: those that run, and those that are over, whose names are taken. */
  readonly executions: { readonly running: Set<string>; readonly over: Set<string> };
  /** Calls that change something, in order: operation and input. */
  changes(): [operation: string, input: unknown][];
  /** Puts a rollout where the test wants it, and reads it back. */
  begin(overrides?: Partial<Rollout>): Promise<Rollout>;
  now(): Promise<Rollout>;
  /** Kinds of the ledger's entries. */
  kinds(): Promise<string[]>;
}

const missing = (what: string) => new AwsError('ValidationException', `Could not find ${what} "arn:aws:sagemaker:eu-west-1:111122223333:${what}/x".`);
const arn = 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn';

/**
 * Use cases with the real adapters: the table is an emulated one, the rest of AWS answers what the test says.
 *
 * @param source sections of the delivery that differ from the fixture's
 * @param sageMaker further operations of SageMaker's
 */
export async function story(source: Parameters<typeof deliverySource>[0] = {}, sageMaker: Parameters<World['aws']['serve']>[1] = {}): Promise<Story> {
  const w = await world();
  await w.deliveries.apply(deliverySource(source), [], 'me', noonMs);
  const clock = { ms: noonMs };
  const told: Story = {
    w,
    clock,
    endpoint: undefined,
    configs: new Map(),
    alarms: [],
    smoke: () => ({ Body: Buffer.from('0.5'), ContentType: 'text/csv', InvokedProductionVariant: 'churn-b' }),
    metrics: () => ({ MetricDataResults: [] }),
    alarmsChange: () => ({}),
    executions: { running: new Set(), over: new Set() },
    changes: () =>
      w.aws.seen
        .filter(({ operation }) => /^(Create|Update|Delete|Publish|SendTask)/.test(operation))
        .map(({ operation, input }): [string, unknown] => [operation, input]),
    async begin(overrides = {}) {
      const wanted = rollout({ revision: (await w.head()).revision, ...overrides });
      if (!(await w.rollouts.admit(wanted, await w.head(), [], noonMs))) throw new Error('Not admitted');
      if (wanted.placement) await w.locks.acquire(wanted.placement.endpointName, wanted.id, noonMs);
      return told.now();
    },
    async now() {
      const found = await w.rollouts.find(rollout().id);
      if (!found) throw new Error('No rollout');
      return found;
    },
    kinds: async () => (await w.rollouts.ledger(rollout().id)).map(({ kind }) => kind),
    ports: {
      rollouts: w.rollouts,
      deliveries: w.deliveries,
      locks: w.locks,
      clock: { now: () => clock.ms },
      alarms: cloudWatchAlarms(new CloudWatchClient(w.options)),
      metrics: cloudWatchMetrics(new CloudWatchClient(w.options)),
      endpoints: sageMakerEndpoints(new SageMakerClient(w.options), new ApplicationAutoScalingClient(w.options)),
      invocations: sageMakerInvocations(new SageMakerRuntimeClient(w.options)),
      functions: lambdaFunctions(new LambdaClient(w.options)),
      webhooks: signedWebhooks('refused', new SSMClient(w.options)),
      schemas: jsonSchemas(),
      storedObjects: s3StoredObjects('models', new S3Client(w.options)),
      models: sageMakerModels(new SageMakerClient(w.options)),
      training: sageMakerTraining(new SageMakerClient(w.options)),
      images: ecrImages('111122223333.dkr.ecr.eu-west-1.amazonaws.com', new ECRClient(w.options)),
      packages: sageMakerPackages(new SageMakerClient(w.options)),
      objects: s3Objects(new S3Client(w.options)),
      builds: codeBuilds('sluice-build', 'eu-west-1', new CodeBuildClient(w.options)),
      inventory: awsInventory(new SageMakerClient(w.options), new CloudWatchClient(w.options)),
      executions: stepFunctionsExecutions(
        {
          delivery: 'arn:aws:states:eu-west-1:111122223333:stateMachine:sluice-delivery',
          rollout: 'arn:aws:states:eu-west-1:111122223333:stateMachine:sluice-rollout',
        },
        new SFNClient(w.options),
      ),
      notices: awsNotices('arn:aws:sns:eu-west-1:111122223333:sluice', () => {}, new SNSClient(w.options), new EventBridgeClient(w.options)),
      place: { account: '111122223333', region: 'eu-west-1', bucket: 'models' },
      settings: { bucket: 'models', region: 'eu-west-1', modelRoleArn: 'arn:aws:iam::111122223333:role/model', historyLimit: 5000 },
    },
  };
  w.aws.serve('sagemaker', {
    DescribeEndpoint() {
      if (!told.endpoint) throw missing('endpoint');
      return { EndpointName: 'churn', EndpointArn: arn, CreationTime: new Date(0), LastModifiedTime: new Date(noonMs), ...told.endpoint };
    },
    DescribeEndpointConfig(input) {
      const { EndpointConfigName } = input as { EndpointConfigName: string }; // As the service model has it.
      const config = told.configs.get(EndpointConfigName);
      if (!config) throw missing('endpoint configuration');
      return { EndpointConfigName, EndpointConfigArn: `${arn}-config`, CreationTime: new Date(0), ...config };
    },
    CreateEndpointConfig(input) {
      const { EndpointConfigName, Tags: _, ...config } = input as { EndpointConfigName: string; Tags?: unknown };
      told.configs.set(EndpointConfigName, config);
      return { EndpointConfigArn: `${arn}-config` };
    },
    DescribeModel() {
      throw missing('model');
    },
    CreateEndpoint: () => ({ EndpointArn: arn }),
    UpdateEndpoint: () => ({ EndpointArn: arn }),
    UpdateEndpointWeightsAndCapacities: () => ({ EndpointArn: arn }),
    DeleteEndpoint: () => ({}),
    DeleteEndpointConfig: () => ({}),
    DeleteModel: () => ({}),
    ListEndpointConfigs: () => ({ EndpointConfigs: [] }),
    ListModels: () => ({ Models: [] }),
    ...sageMaker,
  });
  w.aws.serve('sagemaker-runtime', { InvokeEndpoint: (input) => told.smoke((input as { TargetVariant: string }).TargetVariant) });
  w.aws.serve('cloudwatch', {
    DescribeAlarms: () => ({ MetricAlarms: told.alarms, CompositeAlarms: [] }),
    PutMetricAlarm: () => told.alarmsChange(),
    DeleteAlarms: () => told.alarmsChange(),
    GetMetricData: () => told.metrics(),
  });
  w.aws.serve('application-autoscaling', { DescribeScalableTargets: () => ({ ScalableTargets: [] }) });
  w.aws.serve('sfn', {
    GetExecutionHistory: () => ({ events: [] }),
    SendTaskSuccess: () => ({}),
    DescribeExecution(input) {
      const name = (input as { executionArn: string }).executionArn.split(':').at(-1) ?? '';
      if (told.executions.running.has(name)) return { status: 'RUNNING' };
      if (told.executions.over.has(name)) return { status: 'ABORTED' };
      throw new AwsError('ExecutionDoesNotExist', 'Execution Does Not Exist');
    },
    StartExecution(input) {
      const { name } = input as { name: string };
      if (told.executions.over.has(name)) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${name}'`);
      told.executions.running.add(name);
      return { executionArn: 'arn', startDate: new Date(0) };
    },
  });
  w.aws.serve('sns', { Publish: () => ({ MessageId: 'm' }) });
  w.aws.serve('events', { PutEvents: () => ({ FailedEntryCount: 0, Entries: [] }) });
  return told;
}

/** A variant as DescribeEndpoint tells it, at rest. */
export const served = (VariantName: string, weight: number, options: { count?: number; digest?: string } = {}) => ({
  VariantName,
  CurrentWeight: weight,
  DesiredWeight: weight,
  CurrentInstanceCount: options.count ?? 1,
  DesiredInstanceCount: options.count ?? 1,
  DeployedImages: [{ ResolvedImage: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/churn@${options.digest ?? `sha256:${'a'.repeat(64)}`}` }],
});
