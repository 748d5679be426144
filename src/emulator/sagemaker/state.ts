import type {
  ContainerDefinition,
  CreateEndpointConfigCommandInput,
  CreateModelCommandInput,
  CreateModelPackageCommandInput,
  CreateModelPackageGroupCommandInput,
  CreateTrainingJobCommandInput,
  DeployedImage,
  DeploymentConfig,
  ModelApprovalStatus,
  EndpointStatus,
  ProductionVariant,
  ProductionVariantStatus,
  SecondaryStatus,
  SecondaryStatusTransition,
  TrainingJobStatus,
} from '@aws-sdk/client-sagemaker';
import type { Kernel } from '../kernel.ts';
import type { Metrics } from './metrics.ts';
import type { Traffic } from './traffic.ts';
import type { VariantHost } from './variant-host.ts';
import type { ResolvedImage, Workloads } from './workloads/workloads.ts';

/** How an endpoint's change ends, where a test wants it otherwise than well. */
export type UpdateOutcome = 'ok' | 'silent-revert' | 'unexplained-revert' | 'no-capacity';
export type UpdateKind = 'create' | 'config' | 'weights' | 'capacity';

/** What may happen to an attempt to train: only the instances of a spot job are interrupted, an internal error is AWS's own. */
export interface TrainingFault {
  readonly kind: 'interrupted' | 'internal-error';
  /** Seconds of emulator time after the containers started; an attempt that has ended by then is spared. */
  readonly afterSeconds: number;
  /** Told when it happens. */
  readonly happens?: () => void;
}

export interface SageMakerOptions {
  /** The image a URI names, by tag or digest; undefined where the registry has none. */
  readonly image: (imageUri: string) => ResolvedImage | undefined;
  /** The media type of the manifest a URI names, an image's or not; undefined where the registry has none. Default: every image is one SageMaker takes. */
  readonly mediaTypeOf?: (imageUri: string) => string | undefined;
  /** Objects of S3, read and written without waiting. */
  readonly objects: {
    read(bucket: string, key: string): Uint8Array | undefined;
    /** Keys below a prefix, sorted. */
    list(bucket: string, prefix: string): readonly string[];
    write(bucket: string, key: string, bytes: Uint8Array): void;
    /** What isn't there is no error. */
    remove(bucket: string, key: string): void;
  };
  /** One line of a container, for CloudWatch Logs. */
  readonly log: (group: string, stream: string, line: string) => void;
  readonly workloads: Workloads;
  readonly faults?: {
    /** Asked once a change, when it begins. Default `ok`. */
    readonly updateOutcome?: (endpointName: string, kind: UpdateKind) => UpdateOutcome;
    /** Asked for each metric period of a variant: whether its metrics are never published. Default none is missing. */
    readonly metricsMissing?: (endpointName: string, variantName: string, periodStartMs: number) => boolean;
    /** Asked for each attempt of a training job, from 1, when its containers start. Default nothing happens. */
    readonly training?: (jobName: string, attempt: number, spot: boolean) => TrainingFault | undefined;
  };
}

export interface Model {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  /** As created, without tags. */
  readonly input: CreateModelCommandInput;
  /** What it runs, in order: containers of packages are taken apart. At least one. */
  readonly containers: readonly ContainerDefinition[];
}

/** Versions of one model. Its number of versions ever made never goes back, so that no version's ARN is used twice. */
export interface ModelPackageGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  /** ARN of who made it. */
  readonly createdBy: string;
  /** As created, without tags. */
  readonly input: CreateModelPackageGroupCommandInput;
  /** Version the newest package got; 0 while there was none. */
  lastVersion: number;
}

/** One version of a group, or one package on its own. */
export interface ModelPackage {
  /** `<group>/<version>`, or the name of a package on its own: what its ARN ends in. */
  readonly name: string;
  readonly arn: string;
  /** Undefined for a package on its own. */
  readonly version: { readonly group: ModelPackageGroup; readonly number: number } | undefined;
  readonly createdAtMs: number;
  readonly createdBy: string;
  modifiedAtMs: number;
  modifiedBy: string;
  /** As created, without tags and token, and as updated since. */
  input: CreateModelPackageCommandInput;
  /** Undefined for a package on its own. */
  approval: ModelApprovalStatus | undefined;
  approvalDescription: string | undefined;
}

export interface EndpointConfig {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  /** As created, without tags. */
  readonly input: CreateEndpointConfigCommandInput;
}

/** One variant of a fleet: what it should be and what it is. */
export interface FleetVariant {
  readonly name: string;
  readonly config: ProductionVariant;
  currentWeight: number;
  desiredWeight: number;
  /** Book-keeping: one process serves a variant, whatever its count. */
  currentInstances: number;
  desiredInstances: number;
  deployedImages: readonly DeployedImage[];
  status: readonly ProductionVariantStatus[];
  /** Undefined before its instances started, and for variants that are stored but not hosted. */
  host: VariantHost | undefined;
}

/** The instances of one endpoint configuration. An endpoint has two while it updates. */
export interface Fleet {
  readonly config: EndpointConfig;
  readonly variants: readonly FleetVariant[];
  readonly shadows: readonly FleetVariant[];
  readonly startedAtMs: number;
  /** True from the moment it takes the endpoint's requests until the next fleet does. */
  serving: boolean;
}

export interface Endpoint {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  modifiedAtMs: number;
  status: EndpointStatus;
  /** Undefined until a change failed; cleared when a later update to a configuration succeeds. */
  failureReason: string | undefined;
  /** In force, or being created. */
  fleet: Fleet;
  /** Being created beside the one in force. */
  pending: Fleet | undefined;
  lastDeploymentConfig: DeploymentConfig | undefined;
}

export interface TrainingJob {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  /** As created, without tags. */
  readonly input: CreateTrainingJobCommandInput;
  status: TrainingJobStatus;
  secondaryStatus: SecondaryStatus;
  readonly transitions: SecondaryStatusTransition[];
  modifiedAtMs: number;
  trainingStartedAtMs: number | undefined;
  trainingEndedAtMs: number | undefined;
  /** Of the time between those two, what passed between attempts: nobody pays for it. */
  idleMs: number;
  /** What is billed of the time trained, 0-1: less than 1 for spot instances. */
  readonly priceShare: number;
  failureReason: string | undefined;
  modelArtifacts: string | undefined;
  /** Last value a metric. */
  readonly finalMetrics: Map<string, { readonly value: number; readonly atMs: number }>;
  /** Somebody asked it to stop; whoever waits for the job is woken. */
  stopRequested: boolean;
  readonly stopped: Promise<void>;
  readonly stop: () => void;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Everything SageMaker remembers in this account. Names are kept as given and found without case, since ARNs carry them in lower case. */
export interface SageMaker {
  readonly kernel: Kernel;
  readonly options: SageMakerOptions;
  readonly models: Map<string, Model>;
  readonly modelPackageGroups: Map<string, ModelPackageGroup>;
  /** By name: `<group>/<version>`, or a package's own. */
  readonly modelPackages: Map<string, ModelPackage>;
  /** What a CreateModelPackage with a client token was asked, and made. */
  readonly packageTokens: Map<string, { readonly asked: string; readonly arn: string }>;
  readonly configs: Map<string, EndpointConfig>;
  readonly endpoints: Map<string, Endpoint>;
  readonly trainingJobs: Map<string, TrainingJob>;
  /** By resource ARN. */
  readonly tags: Map<string, readonly Tag[]>;
  readonly metrics: Metrics;
  readonly traffic: Traffic;
  closed: boolean;
}
