import { createHash } from 'node:crypto';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECRClient } from '@aws-sdk/client-ecr';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Request } from '../../src/app/api.ts';
import { ecrRegistry } from '../../src/aws/registry.ts';
import { type VirtualClock, virtualClock } from '../../src/emulator/clock.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import type { RolloutView } from '../../src/view/rollout-view.ts';
import { packagedService } from '../package.ts';

/** What an image does where variants are statistical models; see docs/emulator/sagemaker.md. */
export type Behaviour = Readonly<Record<string, unknown>>;

/** The packaged service on the embedded AWS, under the virtual clock, with AWS's own clients to look at it. */
export interface World {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  readonly clients: { readonly sageMaker: SageMakerClient; readonly cloudWatch: CloudWatchClient };
  readonly outputs: Readonly<Record<string, string>>;
  ask(request: Request): Promise<unknown>;
  /** A person reads a rollout and answers what it asks. Fails where it asks nothing. */
  answer(action: 'approve' | 'reject', rolloutId: string, reason?: string): Promise<void>;
  apply(source: DeliverySource): Promise<void>;
  /** Pushes an image that behaves so; what it does is all that tells it from another. @returns its digest */
  push(
    tag: string,
    behaviour: Behaviour,
    also?: { readonly repository?: string; readonly labels?: Readonly<Record<string, string>> },
  ): Promise<string>;
  /** Lets time pass until nothing is under way, or `limitSeconds` of emulator time have passed. */
  untilQuiet(limitSeconds?: number): Promise<void>;
  /** Lets time pass until `predicate` holds; fails the test where it never does. */
  until(what: string, predicate: () => boolean, limitSeconds?: number): Promise<void>;
  /** The rollout of an image. Fails where there is none. */
  rollout(imageDigest: string): Promise<RolloutView>;
  rollouts(): Promise<RolloutView[]>;
  /** Inputs of the accepted calls of an operation, in order, from the wire's own trace. */
  calls(operation: string): readonly unknown[];
  /** The role SageMaker runs containers with. */
  readonly modelRoleArn: string;
  stop(): Promise<void>;
}

const startsAtMs = Date.UTC(2026, 0, 5, 9, 0, 0);

/** What we read of a wire line of the trace. */
interface WireLine {
  readonly operation: string;
  readonly input: unknown;
  readonly error?: unknown;
}

/** Time for an event to be delivered and its function to run, before "nothing is under way" means anything; seconds. */
const deliverySeconds = 30;

export async function startWorld(
  options: {
    readonly seed?: number;
    readonly trace?: (line: string) => void;
    readonly parameters?: Record<string, string>;
    readonly faults?: EmulatorOptions['faults'];
    readonly hosts?: EmulatorOptions['hosts'];
  } = {},
): Promise<World> {
  const clock = virtualClock(startsAtMs);
  const wire: WireLine[] = [];
  const emulator = await startEmulator({
    clock,
    seed: options.seed ?? 1,
    engine: 'statistical',
    region: 'us-east-1',
    ...(options.faults && { faults: options.faults }),
    ...(options.hosts && { hosts: options.hosts }),
    trace(line) {
      options.trace?.(line);
      if (line.includes('"kind":"wire"')) wire.push(JSON.parse(line) as WireLine);
    },
  });
  const { outputs, resources } = await emulator.deploy(await packagedService(), options.parameters);
  const config = {
    region: emulator.kernel.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: emulator.requestHandler,
    maxAttempts: 1,
  };
  const lambda = new LambdaClient(config);
  const ecr = ecrRegistry(new ECRClient(config));
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sageMaker = new SageMakerClient(config);
  const cloudWatch = new CloudWatchClient(config);

  async function ask(request: Request): Promise<unknown> {
    const event = { requestContext: { authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:user/operator' } } }, body: JSON.stringify(request) };
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'sluice-api', Payload: Buffer.from(JSON.stringify(event)) }));
    const text = Buffer.from(answer.Payload ?? []).toString('utf8');
    if (answer.FunctionError !== undefined) throw new Error(text);
    const { statusCode, body } = JSON.parse(text) as { statusCode: number; body: string };
    const value: unknown = JSON.parse(body);
    if (statusCode !== 200) throw new Error((value as { message: string }).message);
    return value;
  }

  const world: World = {
    emulator,
    clock,
    outputs,
    clients: { sageMaker, cloudWatch },
    ask,
    async answer(action, rolloutId, reason) {
      const { approval, imageDigest, revision } = (await ask({ action: 'get', rolloutId })) as RolloutView; // The API answers with a view.
      if (!approval) throw new Error(`Rollout ${rolloutId} asks nobody`);
      await ask({
        action,
        rolloutId,
        answers: { for: approval.for, imageDigest: imageDigest ?? '', revision },
        ...(reason !== undefined && { reason }),
      });
    },
    async apply(source) {
      await s3.send(new PutObjectCommand({ Bucket: outputs['ModelBucketName'], Key: 'data/train.csv', Body: Buffer.from('1,2,3\n') }));
      await ask({ action: 'apply', source });
    },
    async push(tag, behaviour, { repository = 'models/churn', labels = {} } = {}) {
      const config = Buffer.from(
        JSON.stringify({
          architecture: 'amd64',
          os: 'linux',
          config: { Entrypoint: ['/opt/program/entry'], Labels: { ...labels, 'local.behaviour': JSON.stringify(behaviour) } },
          rootfs: { type: 'layers', diff_ids: [] },
        }),
      );
      const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType,
        config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digestOf(config) },
        layers: [],
      });
      await ecr.ensureRepository(repository);
      await ecr.uploadLayer(repository, digestOf(config), config);
      const { digest } = await ecr.putImage(repository, manifest, mediaType, tag);
      return digest;
    },
    async untilQuiet(limitSeconds = 12 * 3600) {
      await clock.advance(deliverySeconds * 1000);
      await world.until('nothing is under way', () => emulator.services.states.openExecutions() === 0, limitSeconds);
      await clock.advance(deliverySeconds * 1000);
    },
    async until(what, predicate, limitSeconds = 12 * 3600) {
      if (!(await clock.runUntil(predicate, clock.now() + limitSeconds * 1000)))
        throw new Error(`Waited ${limitSeconds} s of emulator time in vain until ${what}`);
    },
    async rollouts() {
      return (await ask({ action: 'list', limit: 200 })) as RolloutView[]; // The API answers with views.
    },
    async rollout(imageDigest) {
      const found = (await world.rollouts()).find((view) => view.imageDigest === imageDigest);
      if (!found) throw new Error(`No rollout of ${imageDigest}`);
      return (await ask({ action: 'get', rolloutId: found.id })) as RolloutView; // The API answers with a view.
    },
    calls: (operation) => wire.filter((line) => line.operation === operation && line.error === undefined).map((line) => line.input),
    modelRoleArn: `arn:aws:iam::000000000000:role/${resources.get('ModelRole')?.physicalId ?? ''}`,
    stop: () => emulator.stop(),
  };
  return world;
}

/** A delivery that trains, with short steps; override what a scenario is about. */
export const churn = (overrides: Partial<DeliverySource> = {}): DeliverySource => ({
  name: 'churn',
  triggers: [{ type: 'image-pushed', repository: 'models/churn' }],
  train: {
    instanceType: 'ml.m5.large',
    channels: { train: { uri: 's3://{bucket}/data/' } },
    metrics: [{ name: 'validation:accuracy', regex: 'validation:accuracy=([0-9.]+)' }],
  },
  serve: { endpoint: 'churn', instanceType: 'ml.m5.large' },
  strategy: {
    type: 'canary',
    steps: [
      { canaryPercent: 10, bake: '6m' },
      { canaryPercent: 50, bake: '5m' },
    ],
  },
  gates: [
    { type: 'metric-threshold', metric: { name: 'Invocation5XXErrors' }, max: 0.02 },
    { type: 'traffic', minimumRequests: 100 },
  ],
  soak: '5m',
  ...overrides,
});

export const good: Behaviour = { trainSeconds: 60, metrics: { 'validation:accuracy': 0.95 }, errorRate: 0, errorRate4xx: 0, latencyMs: 20 };
export const better: Behaviour = { ...good, metrics: { 'validation:accuracy': 0.97 } };
export const throwing: Behaviour = { ...better, errorRate: 0.2 };

/** Current weights of an endpoint's variants, from the embedded AWS's truth. */
export const weightsOf = (world: World, endpointName: string): Record<string, number | undefined> =>
  Object.fromEntries(
    world.emulator.services.sagemaker
      .endpoints()
      .find((endpoint) => endpoint.name === endpointName)
      ?.fleet.variants.map((variant) => [variant.name, variant.currentWeight]) ?? [],
  );
