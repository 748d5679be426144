import type { PackagedContainer } from './packages.ts';

/** SageMaker models: what a variant serves. */
export interface ModelRequest {
  readonly modelName: string;
  /** One, or a serial pipeline in its order; images by digest. */
  readonly containers: readonly PackagedContainer[];
  readonly vpc?: { readonly subnets: readonly string[]; readonly securityGroups: readonly string[] };
  readonly networkIsolation: boolean;
  readonly executionRoleArn: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Models {
  /** Creates it; one of the same name that is already there is taken as ours (the name holds digest and attempt). */
  create(request: ModelRequest): Promise<void>;
  /** Deletes it; one that is gone already is fine. */
  delete(modelName: string): Promise<void>;
  /** The image a model names, as it names it; undefined where the model does not exist. */
  imageOf(modelName: string): Promise<string | undefined>;
}
