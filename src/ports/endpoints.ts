/**
 * SageMaker endpoints, as the core needs them. Words and shapes are SageMaker's own, letter for letter, because a
 * rollout copies configurations whole: what we don't name here travels in the index signature and is kept.
 */

export type EndpointStatus =
  | 'InService'
  | 'OutOfService'
  | 'Failed'
  | 'UpdateRollbackFailed'
  | 'Creating'
  | 'Updating'
  | 'SystemUpdating'
  | 'RollingBack'
  | 'Deleting';

/** A variant as DescribeEndpoint gives it: current and desired differ while the endpoint is Updating. */
export interface LiveVariant {
  readonly VariantName: string;
  readonly CurrentWeight: number;
  readonly DesiredWeight: number;
  readonly CurrentInstanceCount: number;
  readonly DesiredInstanceCount: number;
  /** `ResolvedImage` of each container: the image with its digest. */
  readonly ResolvedImages: readonly string[];
}

export interface EndpointDescription {
  readonly EndpointName: string;
  readonly EndpointArn: string;
  readonly EndpointStatus: EndpointStatus;
  /** The configuration in force: the old one until an update is complete, and after it was reverted. */
  readonly EndpointConfigName: string;
  readonly ProductionVariants: readonly LiveVariant[];
  readonly ShadowVariantNames: readonly string[];
  /** Set while creating or updating to a configuration; not for weights. */
  readonly PendingConfigName?: string;
  /** Stays after a reverted update although the status is InService. */
  readonly FailureReason?: string;
  readonly LastModifiedTimeMs: number;
}

/** A variant of a configuration; further fields of SageMaker's are kept. */
export interface VariantConfig {
  readonly VariantName: string;
  readonly ModelName?: string;
  readonly InstanceType?: string;
  readonly InitialInstanceCount?: number;
  readonly InitialVariantWeight?: number;
  readonly ServerlessConfig?: unknown;
  readonly [field: string]: unknown;
}

/** How often a configuration's metrics are published, and of what; further fields of SageMaker's are kept. */
export interface MetricsConfig {
  readonly EnableEnhancedMetrics?: boolean;
  /** 10, 30, 60, 120, 180, 240 or 300. */
  readonly MetricPublishFrequencyInSeconds?: number;
  readonly [field: string]: unknown;
}

/** A configuration without its name, ARN and creation time; further fields of SageMaker's are kept. */
export interface EndpointConfig {
  readonly ProductionVariants: readonly VariantConfig[];
  readonly ShadowProductionVariants?: readonly VariantConfig[];
  readonly AsyncInferenceConfig?: unknown;
  readonly MetricsConfig?: MetricsConfig;
  readonly [field: string]: unknown;
}

export interface Endpoints {
  /** Undefined where the endpoint does not exist. */
  describe(endpointName: string): Promise<EndpointDescription | undefined>;
  /** Undefined where the configuration does not exist. */
  describeConfig(configName: string): Promise<EndpointConfig | undefined>;
  /** Creates it; one of the same name that is already there is taken as ours (names carry a content hash). */
  createConfig(configName: string, config: EndpointConfig, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Deletes it; one that is gone already is fine. */
  deleteConfig(configName: string): Promise<void>;
  create(endpointName: string, configName: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Asks for a configuration, keeping the running weights of variants whose name stays; counts come from the configuration. Throws `EndpointBusy` while it is in progress. */
  update(endpointName: string, configName: string): Promise<void>;
  /** Asks for weights of the variants named; the others keep theirs. Throws `EndpointBusy` while it is in progress. */
  setWeights(endpointName: string, weights: readonly { readonly VariantName: string; readonly DesiredWeight: number }[]): Promise<void>;
  /** Asks for an instance count, >= 1. Throws `EndpointBusy` while it is in progress. */
  setCapacity(endpointName: string, variantName: string, instanceCount: number): Promise<void>;
  delete(endpointName: string): Promise<void>;
  /** Names of the endpoint's variants that an autoscaler manages. */
  scaledVariants(endpointName: string, variantNames: readonly string[]): Promise<readonly string[]>;
}
