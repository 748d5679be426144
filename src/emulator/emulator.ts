import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Engine, processEngine } from '../containers/run.ts';
import { createAccidents } from './accidents.ts';
import { type ApplicationAutoScalingService, createApplicationAutoScalingService } from './application-autoscaling/service.ts';
import type { Clock } from './clock.ts';
import { type CloudWatch, createCloudWatchService } from './cloudwatch/service.ts';
import type { Builder } from './codebuild/builder.ts';
import { dockerBuilder } from './codebuild/docker-builder.ts';
import { packingBuilder } from './codebuild/packing-builder.ts';
import { packingElse } from './codebuild/packing-else.ts';
import { createCodeBuildService } from './codebuild/service.ts';
import { deployPackage, type Stack } from './deploy.ts';
import { createDynamoService, type DynamoService } from './dynamodb/service.ts';
import { downloadPrefix } from './ecr/downloads.ts';
import { createEcrService, type Ecr } from './ecr/service.ts';
import { createEventsService, type EventsService } from './events/service.ts';
import { createFaults, type FaultRates, type Faults } from './faults.ts';
import { createFront, type Front, type WireAnswer, type WireRequest } from './front.ts';
import type { Caller } from './iam/caller.ts';
import { createIdentities, type Identities } from './iam/identities.ts';
import type { Kernel } from './kernel.ts';
import { createLambdaService, urlPrefix } from './lambda/service.ts';
import { createLogsService, type LogsService } from './logs/service.ts';
import { seededRandom } from './random.ts';
import { createS3Service, type S3 } from './s3/service.ts';
import { createSageMakerService, type SageMakerOptions, type SageMakerService } from './sagemaker/service.ts';
import { containerWorkloads } from './sagemaker/workloads/containers.ts';
import { statisticalWorkloads } from './sagemaker/workloads/statistical.ts';
import { startServer } from './server.ts';
import { createSnsService, type SnsService } from './sns/service.ts';
import { createSqsService, type SqsService } from './sqs/service.ts';
import { createStatesService, type StatesService } from './states/service.ts';
import { createSsmService } from './ssm/service.ts';
import { createStsService } from './sts/service.ts';
import { lineTrace, silentTrace, type Trace } from './trace.ts';
import { type InProcessHandler, inProcess } from './transport.ts';

export type { Stack, StackResource } from './deploy.ts';

export interface EmulatorOptions {
  /** Real, scaled or virtual. A virtual clock is driven by its owner. */
  readonly clock: Clock;
  /** What chance is drawn from: same seed and virtual clock, same trace. */
  readonly seed: number;
  /**
   * Port of the HTTP server on 127.0.0.1; 0 takes a free one. Absent: a free one on the real and scaled clock, whose
   * functions are threads that need it; none under the virtual clock.
   */
  readonly port?: number;
  /** Twelve digits; default `000000000000`. */
  readonly account?: string;
  /** Default `eu-west-1`. */
  readonly region?: string;
  /** Where the emulator keeps its files; default a fresh folder of the system's, removed at `stop()`. */
  readonly dataFolder?: string;
  /** Takes each line of the trace; absent: none is written. */
  readonly trace?: (line: string) => void;
  /** Told what the trace's lines are made of, as values: cheaper than text for who only looks. They are the emulator's own: not to be kept or changed. */
  readonly observe?: Trace['write'];
  /** Hosts that are not AWS's, by their names: where functions reach them under the virtual clock, which has no network. */
  readonly hosts?: Readonly<Record<string, (request: WireRequest) => Promise<WireAnswer>>>;
  /** What runs models. Default: statistical models under the virtual clock, plain processes otherwise. */
  readonly engine?: Engine | 'statistical';
  /** Faults on purpose; default none. */
  readonly faults?: {
    /** What goes wrong by chance from the start; `Emulator.faults` changes it. Crashes of functions only under the virtual clock. */
    readonly rates?: FaultRates;
    /** How an endpoint's change ends. */
    readonly updateOutcome?: NonNullable<SageMakerOptions['faults']>['updateOutcome'];
    /** How a build of CodeBuild ends. */
    readonly buildOutcome?: Faults['ofBuild'];
    /** What happens to an attempt of a training job: its spot instances are interrupted, or AWS fails. */
    readonly training?: NonNullable<SageMakerOptions['faults']>['training'];
    /** Whether an event of a service is lost, late or sent twice. */
    readonly delivery?: NonNullable<NonNullable<Parameters<typeof createEventsService>[1]>['delivery']>;
    /** Whether and where an invocation of a function dies; asked once each. Under the virtual clock only. */
    readonly crash?: Faults['ofInvocation'];
  };
}

/** What is behind the wire, to look at: never judged, never traced. */
export interface EmulatedServices {
  readonly applicationAutoScaling: ApplicationAutoScalingService;
  readonly cloudwatch: CloudWatch;
  readonly dynamodb: DynamoService;
  readonly ecr: Ecr;
  readonly events: EventsService;
  readonly logs: LogsService;
  readonly s3: S3;
  readonly sagemaker: SageMakerService;
  readonly sns: SnsService;
  readonly sqs: SqsService;
  readonly states: StatesService;
}

/** A running embedded AWS. */
export interface Emulator {
  /** `http://127.0.0.1:4566`, what `AWS_ENDPOINT_URL` takes; unset without a server. */
  readonly url?: string;
  readonly clock: Clock;
  readonly kernel: Kernel;
  readonly front: Front;
  readonly identities: Identities;
  /** What goes wrong on purpose: rates to switch, and counts. */
  readonly faults: Faults;
  /** For SDK clients of this process: `new SageMakerClient({ requestHandler: emulator.requestHandler, ... })`. */
  readonly requestHandler: InProcessHandler;
  /** Makes what a packaged service's template asks for. @see deployPackage */
  deploy(packageFolder: string, parameters?: Readonly<Record<string, string>>): Promise<Stack>;
  readonly services: EmulatedServices;
  /** What no operation should throw: bugs of the emulator's, oldest first. */
  readonly crashes: readonly unknown[];
  /** Ends workers, containers, server and timers, and removes what was written; twice does no harm. */
  stop(): Promise<void>;
}

function traceOf(clock: Clock, { trace, observe }: Pick<EmulatorOptions, 'trace' | 'observe'>): Trace {
  const lines = trace ? lineTrace(() => clock.now(), trace) : silentTrace;
  if (!observe) return lines;
  return {
    write(kind, data) {
      lines.write(kind, data);
      observe(kind, data);
    },
  };
}

/** The access key of the account's administrator. */
export const administratorKeys = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/** Where an emulator without a server says it is; nobody connects there. */
const nowhere = 'http://localhost:4566';

function workloadsFor(kernel: Kernel, engine: Engine | 'statistical' | undefined): SageMakerOptions['workloads'] {
  const chosen = engine ?? (kernel.clock.kind === 'virtual' ? 'statistical' : processEngine());
  return chosen === 'statistical' ? statisticalWorkloads(kernel) : containerWorkloads(kernel, chosen);
}

/** An image Docker has built can only be run with Docker: what runs containers decides what builds them. */
const builderFor = (engine: Engine | 'statistical' | undefined): Builder =>
  typeof engine === 'object' && engine.kind === 'docker' ? packingElse(dockerBuilder()) : packingBuilder;

/**
 * Starts an embedded AWS: every service on one clock, one seed and one front.
 *
 * @throws Error when the port is taken
 * @throws RangeError for a fault that can't happen under this clock, or a rate outside 0-1
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { clock, seed, account = '000000000000', region = 'eu-west-1' } = options;
  const crashes: unknown[] = [];
  let stopped = false;
  const trace = traceOf(clock, options);
  const hosts = new Map(Object.entries(options.hosts ?? {}));
  const random = seededRandom(seed, (name, value) => trace.write('draw', { name, value }));
  const identities = createIdentities({ account });
  if (clock.kind !== 'virtual' && (options.faults?.crash || (options.faults?.rates?.['lambda-crash'] ?? 0) > 0)) {
    throw new RangeError('Functions crash on purpose under the virtual clock only: elsewhere they are threads of their own');
  }
  const faults = createFaults(random, trace, options.faults?.rates);
  const onCrash = (error: unknown) => {
    // What was under way when the emulator stopped has lost its ground; that is no bug.
    if (!stopped) crashes.push(error);
  };
  const front = createFront({ account, region, clock, random, trace, identities, faults, onCrash });
  const dataFolder = options.dataFolder ?? mkdtempSync(path.join(tmpdir(), 'emulator-'));
  mkdirSync(dataFolder, { recursive: true });
  const kernel: Kernel = {
    account,
    region,
    clock,
    random,
    trace,
    cloud: front.cloud,
    dataFolder,
    background(label, work) {
      work().catch((error: unknown) => {
        trace.write('crash', { where: label, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
        onCrash(error);
      });
    },
  };
  const wantsServer = options.port !== undefined || clock.kind !== 'virtual';
  const server = wantsServer ? await startServer(front, options.port ?? 0) : undefined;
  const endpoint = server?.url ?? nowhere;

  const applicationAutoScaling = createApplicationAutoScalingService(kernel);
  const cloudwatch = createCloudWatchService(kernel);
  const dynamodb = createDynamoService(kernel);
  const ecr = createEcrService(kernel, { baseUrl: endpoint });
  const events = createEventsService(kernel, { delivery: options.faults?.delivery ?? faults.ofEvent });
  const logs = createLogsService(kernel);
  const s3 = createS3Service(kernel);
  const sns = createSnsService(kernel, { identities });
  const sqs = createSqsService(kernel, { baseUrl: endpoint, identities });
  const states = createStatesService(kernel);
  const lambda = createLambdaService(kernel, {
    identities,
    transport(request) {
      const host = hosts.get((request.headers['host'] ?? '').replace(/:\d+$/, ''));
      return host ? host(request) : front.handle(request);
    },
    endpointUrl: () => endpoint,
    appendLog: logs.append,
    crash: options.faults?.crash ?? faults.ofInvocation,
  });
  const sagemaker = createSageMakerService(kernel, {
    image: (imageUri) => ecr.image(imageUri),
    mediaTypeOf: (imageUri) => ecr.mediaTypeOf(imageUri),
    objects: s3,
    log: (group, stream, line) => logs.append(group, stream, [{ timestampMs: clock.now(), message: line }]),
    workloads: workloadsFor(kernel, options.engine),
    faults: {
      updateOutcome: options.faults?.updateOutcome ?? faults.ofUpdate,
      metricsMissing: faults.ofMetrics,
      training: options.faults?.training ?? faults.ofTraining,
    },
  });
  const codebuild = createCodeBuildService(kernel, {
    builder: builderFor(options.engine),
    buildOutcome: options.faults?.buildOutcome ?? faults.ofBuild,
  });
  for (const service of [
    applicationAutoScaling.service,
    cloudwatch.service,
    codebuild.service,
    dynamodb.service,
    ecr.service,
    events.service,
    lambda.service,
    logs.service,
    s3.service,
    sagemaker.control,
    sagemaker.runtime,
    sns.service,
    sqs.service,
    states.service,
    createSsmService(kernel).service,
    createStsService(kernel).service,
  ]) {
    front.register(service);
  }
  front.onEvent((event) => events.publish(event));
  front.route(urlPrefix, lambda.serveUrl);
  front.route(downloadPrefix, ecr.serveLayer);

  const administrator: Caller = { kind: 'administrator', arn: `arn:aws:iam::${account}:user/administrator` };
  // Without any fault to begin with there is nothing to arm: a world that is whole runs as if nobody had thought of accidents.
  if (options.faults?.rates) front.onEvent(createAccidents(kernel, { faults, administrator, cloudwatch, sagemaker, states }));
  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    stopped = true;
    clock.stop();
    codebuild.close();
    await lambda.close();
    await sagemaker.close();
    await server?.close();
    if (options.dataFolder === undefined) rmSync(dataFolder, { recursive: true, force: true });
  }
  return {
    ...(server && { url: server.url }),
    clock,
    kernel,
    front,
    identities,
    faults,
    requestHandler: inProcess(front),
    deploy: (packageFolder, parameters) => deployPackage({ kernel, identities, administrator }, packageFolder, parameters),
    services: { applicationAutoScaling, cloudwatch, dynamodb, ecr, events, logs, s3, sagemaker, sns, sqs, states },
    crashes,
    stop: () => (stopping ??= stop()),
  };
}
