import { createHash } from 'node:crypto';
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateEndpointCommand, CreateEndpointConfigCommand, CreateModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Request } from '../../src/app/api.ts';
import type { Started } from '../../src/rollout/start.ts';
import { ecrRegistry } from '../../src/aws/registry.ts';
import { type VirtualClock, virtualClock } from '../../src/emulator/clock.ts';
import { administratorKeys, type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import type { Trace } from '../../src/emulator/trace.ts';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import type { Behaviour, DeliveryPlan } from './delivery-plan.ts';
import type { Plan } from './plan.ts';
import { type About, keepTruth, type Question, type RolloutTruth, type Said, type TruthKeeper } from './truth.ts';

/** Who looks on while a world runs, or has a hand in it. */
export interface Attending {
  /** Takes each line of the trace; none is written without it. */
  readonly trace?: (line: string) => void;
  /** Told what the trace's lines are made of, before the truth is. */
  readonly observe?: Trace['write'];
  /** What goes wrong by other rules than the plan's rates. */
  readonly faults?: Pick<NonNullable<EmulatorOptions['faults']>, 'crash' | 'delivery'>;
}

/** What an answer is to: it counts for nothing else. */
export type Answered = About & Pick<Question, 'for'>;

/** A planned world, running: the packaged service on the embedded AWS under the virtual clock, and who acts in it. */
export interface SimulatedWorld {
  readonly plan: Plan;
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  readonly keeper: TruthKeeper;
  /** Pushes a new image. */
  push(delivery: DeliveryPlan, tag: string, image: number, behaviour: Behaviour): Promise<void>;
  /** Pushes an image again that was pushed before; one that never was is nothing to push. */
  pushAgain(delivery: DeliveryPlan, tag: string, image: number): Promise<void>;
  /** Asks for an image by its digest, as a person: tries again when told to. */
  start(delivery: DeliveryPlan, image: number): Promise<void>;
  apply(source: DeliverySource): Promise<void>;
  /** A person says something about a rollout, or a delivery's newest one; where there is none, nobody is there to hear. */
  say(delivery: DeliveryPlan, kind: 'pause' | 'resume' | 'promote' | 'abort' | 'undo', rolloutId?: string): Promise<void>;
  /** A person answers a question, through the API: tries again when told to. */
  answer(rolloutId: string, answer: 'approve' | 'reject', to: Answered): Promise<void>;
  /** Another system approves for a person, by an event: nobody tells it whether that was heard. What was not asked must count for nothing. */
  approveByEvent(rolloutId: string, to: Answered): Promise<void>;
  stop(): Promise<void>;
}

/** Asking again would not help: what was asked makes no sense as things stand. */
class NoUse extends Error {
  override name = 'NoUse';
}

const startsAtMs = Date.UTC(2026, 0, 5, 9, 0, 0);
const account = '000000000000';
const region = 'us-east-1';
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function manifestOf(behaviour: Behaviour): {
  readonly config: Buffer;
  readonly manifest: string;
  readonly digest: string;
  readonly mediaType: string;
} {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/opt/program/entry'], Labels: { 'local.behaviour': JSON.stringify(behaviour) } },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digestOf(config) },
    layers: [],
  });
  return { config, manifest, mediaType, digest: digestOf(Buffer.from(manifest)) };
}

/** Whether a rollout was written down for what was asked; one that is turned away at once is one as well. */
function madeRollout(answer: unknown): answer is Extract<Started, { rolloutId: string }> {
  const said = (answer as { readonly answer?: string }).answer; // As the API answers: `Asked` or `Started`.
  return said === 'started' || said === 'queued' || said === 'rejected';
}

/** A person who is refused for the moment tries again: so often, so many emulator milliseconds apart. */
const tries = 4;
const patienceMs = 45_000;

/**
 * Makes a world as planned: deploys the package, makes what stands there before, applies the deliveries. Nothing goes
 * wrong meanwhile; its time has come when this resolves.
 *
 * @param packageFolder what `packagedService()` answers
 */
export async function makeWorld(plan: Plan, packageFolder: string, { trace, observe, faults }: Attending = {}): Promise<SimulatedWorld> {
  const clock = virtualClock(startsAtMs);
  const made: { emulator?: Emulator; tableName: string; topicArn: string; functionsOf: Map<string, string[]> } = {
    tableName: '',
    topicArn: '',
    functionsOf: new Map(),
  };
  const keeper = keepTruth(
    plan,
    () => {
      if (!made.emulator) throw new Error('There is no truth before there is a world');
      return made.emulator;
    },
    () => made,
  );
  const emulator = await startEmulator({
    clock,
    seed: plan.seed,
    engine: 'statistical',
    account,
    region,
    faults: { rates: {}, ...faults },
    ...(trace && { trace }),
    observe: (kind, data) => {
      if (!made.emulator) return;
      observe?.(kind, data);
      keeper.observe(kind, data);
    },
  });
  made.emulator = emulator;
  const { outputs, resources } = await emulator.deploy(packageFolder);
  made.tableName = outputs['TableName'] ?? '';
  made.topicArn = outputs['TopicArn'] ?? '';
  const settings = { region, credentials: administratorKeys, requestHandler: emulator.requestHandler, maxAttempts: 1 };
  const lambda = new LambdaClient(settings);
  const ecr = ecrRegistry(new ECRClient(settings));
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const sageMaker = new SageMakerClient(settings);
  const cloudWatch = new CloudWatchClient(settings);
  const events = new EventBridgeClient(settings);
  for (const { FunctionName = '', Role = '' } of (await lambda.send(new ListFunctionsCommand({}))).Functions ?? []) {
    made.functionsOf.set(Role, [...(made.functionsOf.get(Role) ?? []), FunctionName]);
  }

  async function ask(request: Request): Promise<unknown> {
    const event = { requestContext: { authorizer: { iam: { userArn: `arn:aws:iam::${account}:user/operator` } } }, body: JSON.stringify(request) };
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'sluice-api', Payload: Buffer.from(JSON.stringify(event)) }));
    const said = Buffer.from(answer.Payload ?? []).toString('utf8');
    if (answer.FunctionError !== undefined) throw new Error(said);
    const { statusCode, body } = JSON.parse(said) as { statusCode: number; body: string };
    if (statusCode === 400 || statusCode === 404) throw new NoUse(body);
    if (statusCode !== 200) throw new Error(body);
    return JSON.parse(body);
  }

  /**
   * As a person asks: again, where it was for nobody's fault that it did not work.
   *
   * @param attempt asks once
   */
  async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (let made = 1; ; made++) {
      try {
        return await attempt();
      } catch (error) {
        if (made === tries || error instanceof NoUse) throw error;
        await clock.sleep(patienceMs, 'a person tries again');
      }
    }
  }

  /**
   * Asks for what lets a rollout go on: it counts from when it is said, for it may be heard before its speaker is told so,
   * and no longer once it is refused. An attempt without an answer may have been heard.
   */
  async function askCounting(request: Request, said: Omit<Said, 'atMs'>): Promise<unknown> {
    const takeBack = keeper.say(said);
    try {
      return await ask(request);
    } catch (error) {
      if (error instanceof NoUse) takeBack();
      throw error;
    }
  }

  /** Images of each delivery, `<delivery>/<number>`. */
  const images = new Map<string, ReturnType<typeof manifestOf>>();
  const digestIn = (delivery: DeliveryPlan, rolloutId: string) =>
    [...images].find(
      ([name, { digest }]) => name.startsWith(`${delivery.name}/`) && rolloutId.startsWith(`${delivery.name}-${digest.slice(7, 19)}-`),
    )?.[1].digest;

  /** Asks for an image once. An attempt that is refused, or told that there is nothing to do, made no rollout; one without an answer may have. */
  async function askForImage(delivery: DeliveryPlan, digest: string): Promise<void> {
    const takeBack = keeper.ask(delivery.name, digest);
    try {
      const answer = await ask({ action: 'start', delivery: delivery.name, image: `${delivery.repository}@${digest}` });
      if (!madeRollout(answer)) takeBack();
    } catch (error) {
      if (error instanceof NoUse) takeBack();
      throw error;
    }
  }

  /** Asks once to take a rollout back: what has been promoted is followed by a rollout of what was promoted before it. */
  async function askToUndo(target: RolloutTruth, request: Request): Promise<void> {
    const { delivery } = target;
    try {
      const answer = await ask(request);
      const digest = madeRollout(answer) ? digestIn(delivery, answer.rolloutId) : undefined;
      if (digest !== undefined) keeper.ask(delivery.name, digest);
    } catch (error) {
      // Which image the service found when it did not say is its secret; what was not promoted itself is followed by nothing.
      if (!(error instanceof NoUse) && target.ended?.outcome === 'Succeeded') {
        for (const digest of promotedBefore(target)) keeper.ask(delivery.name, digest);
      }
      throw error;
    }
  }

  /** Images that were promoted before a rollout's, each once. */
  function promotedBefore({ id, delivery, seenAtMs }: RolloutTruth): ReadonlySet<string> {
    const own = digestIn(delivery, id);
    const before = [...keeper.truth.rollouts.values()].filter(
      (other) => other.delivery === delivery && other.ended?.outcome === 'Succeeded' && other.seenAtMs < seenAtMs,
    );
    return new Set(before.flatMap((other) => digestIn(delivery, other.id) ?? []).filter((digest) => digest !== own));
  }

  async function put(repository: string, image: ReturnType<typeof manifestOf>, tag: string): Promise<void> {
    await ecr.ensureRepository(repository);
    await ecr.uploadLayer(repository, digestOf(image.config), image.config);
    await ecr.putImage(repository, image.manifest, image.mediaType, tag);
  }

  async function makeForeign({ name, endpointName, repository, foreign }: DeliveryPlan): Promise<void> {
    if (foreign?.of !== name) return;
    for (const variant of foreign.variants) {
      const image = manifestOf({ answer: `${name} ${variant.name}`, errorRate: 0, latencyMs: 20, latencySigma: 0.2 });
      await put(repository, image, `theirs-${variant.name}`);
      await sageMaker.send(
        new CreateModelCommand({
          ModelName: `theirs-${name}-${variant.name}`,
          ExecutionRoleArn: `arn:aws:iam::${account}:role/${resources.get('ModelRole')?.physicalId ?? ''}`,
          PrimaryContainer: { Image: `${account}.dkr.ecr.${region}.amazonaws.com/${repository}@${image.digest}` },
        }),
      );
    }
    await sageMaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: `theirs-${name}`,
        ProductionVariants: foreign.variants.map((variant) => ({
          VariantName: variant.name,
          ModelName: `theirs-${name}-${variant.name}`,
          InstanceType: 'ml.m5.large',
          InitialInstanceCount: variant.instances,
          InitialVariantWeight: variant.weight,
        })),
      }),
    );
    await sageMaker.send(new CreateEndpointCommand({ EndpointName: endpointName, EndpointConfigName: `theirs-${name}` }));
  }

  async function makeAlarms({ name, endpointName, alarmed }: DeliveryPlan): Promise<void> {
    if (!alarmed) return;
    for (const variant of [`${name}-a`, `${name}-b`]) {
      await cloudWatch.send(
        new PutMetricAlarmCommand({
          AlarmName: `${variant}-errors`,
          Namespace: 'AWS/SageMaker',
          MetricName: 'Invocation5XXErrors',
          Dimensions: [
            { Name: 'EndpointName', Value: endpointName },
            { Name: 'VariantName', Value: variant },
          ],
          Statistic: 'Average',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 0.05,
          ComparisonOperator: 'GreaterThanThreshold',
          TreatMissingData: 'notBreaching',
        }),
      );
    }
  }

  /** What a pipeline makes for one push and leaves to whoever removes it: an alarm with the tags of the rollout to come. */
  const makePipelinesAlarm = ({ name }: DeliveryPlan, digest: string) =>
    cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: `${name}-complaints-${digest.slice(7, 19)}`,
        Namespace: 'Shop',
        MetricName: 'Complaints',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 5,
        ComparisonOperator: 'GreaterThanThreshold',
        Tags: [
          { Key: 'sluice:delivery', Value: name },
          { Key: 'sluice:rollout', Value: `${name}-${digest.slice(7, 19)}-1` },
        ],
      }),
    );

  const world: SimulatedWorld = {
    plan,
    emulator,
    clock,
    keeper,
    async push(delivery, tag, image, behaviour) {
      const made = manifestOf(behaviour);
      images.set(`${delivery.name}/${image}`, made);
      if (delivery.leavesAlarms) await makePipelinesAlarm(delivery, made.digest);
      await put(delivery.repository, made, tag);
      keeper.ask(delivery.name, made.digest);
    },
    async pushAgain(delivery, tag, image) {
      const made = images.get(`${delivery.name}/${image}`);
      if (!made) return;
      await put(delivery.repository, made, tag);
      keeper.ask(delivery.name, made.digest);
    },
    async start(delivery, image) {
      const made = images.get(`${delivery.name}/${image}`);
      if (!made) return;
      await patiently(() => askForImage(delivery, made.digest));
    },
    async apply(source) {
      await patiently(() => ask({ action: 'apply', source }));
    },
    async say(delivery, kind, rolloutId) {
      const rollouts = [...keeper.truth.rollouts.values()].filter((rollout) => rollout.delivery === delivery);
      const newest = kind === 'undo' ? rollouts.at(-1) : rollouts.findLast(({ ended }) => !ended);
      const target = rolloutId === undefined ? newest : keeper.truth.rollouts.get(rolloutId);
      if (!target) return;
      const request = { action: kind, rolloutId: target.id, reason: `${kind}, as planned` } as const;
      const said = { rolloutId: target.id, kind: kind === 'undo' ? 'abort' : kind };
      if (kind === 'promote' || kind === 'resume') {
        await patiently(() => askCounting(request, said));
        return;
      }
      await patiently(() => (kind === 'undo' ? askToUndo(target, request) : ask(request)));
      // What holds a rollout back counts from when it was taken: before, nobody promised anything.
      keeper.say(said);
    },
    async answer(rolloutId, answer, to) {
      const request = { action: answer, rolloutId, answers: to } as const;
      const said = { rolloutId, kind: answer, for: to.for };
      if (answer === 'approve') {
        await patiently(() => askCounting(request, said));
        return;
      }
      await patiently(() => ask(request));
      keeper.say(said);
    },
    async approveByEvent(rolloutId, to) {
      const Detail = JSON.stringify({ rolloutId, answer: 'approve', ...to, by: 'change board' });
      await events.send(new PutEventsCommand({ Entries: [{ Source: 'sluice.approvals', DetailType: 'Sluice Approval', Detail }] }));
    },
    stop: () => emulator.stop(),
  };

  if (plan.deliveries.some(({ source }) => source.train)) {
    await s3.send(new PutObjectCommand({ Bucket: outputs['ModelBucketName'], Key: 'data/train.csv', Body: Buffer.from('1,2,3\n') }));
  }
  for (const delivery of plan.deliveries) {
    await makeForeign(delivery);
    await makeAlarms(delivery);
    emulator.services.sagemaker.setTraffic(delivery.endpointName, delivery.requestsPerSecond);
  }
  // Their images were pushed before anybody subscribed; the events are over when the endpoints are in service.
  const ready = () => emulator.services.sagemaker.endpoints().every(({ status }) => status === 'InService');
  await clock.advance(60_000);
  if (!(await clock.runUntil(ready, clock.now() + 3_600_000))) throw new Error('The endpoints that were to be there never came into service');
  for (const { source } of plan.deliveries) await world.apply(source);
  return world;
}
