/** Versions of model package groups: SageMaker's model registry. */
export interface ModelPackage {
  readonly arn: string;
  readonly group: string;
  readonly version: number;
  readonly approval: 'Approved' | 'Rejected' | 'PendingManualApproval';
  /** Whether SageMaker has finished making it. */
  readonly ready: boolean;
  /** What SageMaker says of it where it could not be made, and never will be ready; unset otherwise. */
  readonly failure?: string;
  /** What who answered wrote beside it. */
  readonly comment?: string;
  /** The rollout that registered it; unset where that was somebody else. */
  readonly registeredBy?: string;
  /** When it was last changed, in whatever way; epoch milliseconds. */
  readonly modifiedAtMs: number;
  /** One, or a serial pipeline in its order. */
  readonly containers: readonly PackagedContainer[];
}

export interface PackagedContainer {
  /** By digest where the package names one, else as it names it. */
  readonly imageUri: string;
  /** `s3://…/model.tar.gz`, or a prefix that ends with `/`; unset when the model is inside the image. */
  readonly modelDataUrl?: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface PackageRequest {
  readonly group: string;
  readonly description: string;
  readonly containers: readonly PackagedContainer[];
  readonly approval: 'Approved' | 'PendingManualApproval';
  /** Content types the model takes and gives; at least one each. */
  readonly contentTypes: readonly string[];
  readonly instanceTypes: readonly string[];
  /** The commit it was made of; unset where nobody said. */
  readonly commit?: string;
  /** Where its figures lie, as JSON; unset where nothing was measured. */
  readonly metricsUri?: string;
  /** Lineage, up to 50 pairs of at most 128 and 256 characters. */
  readonly properties: Readonly<Record<string, string>>;
  /** On the group, where it is made by this. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface Packages {
  /** Undefined where there is no such version. */
  describe(arn: string): Promise<ModelPackage | undefined>;
  /**
   * Registers a version, and the group where there is none yet. A version that carries the same property `sluice:rollout`
   * and is not older than `sinceMs` is taken as the one an earlier call made. @returns its ARN
   */
  register(request: PackageRequest, sinceMs: number): Promise<string>;
  /** The newest approved version of the group that is older than this one and was not registered by another delivery; undefined where there is none. */
  approvedBefore(arn: string, delivery: string): Promise<string | undefined>;
}
