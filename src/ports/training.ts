export interface TrainingChannel {
  /** `s3://…` prefix. */
  readonly uri: string;
  readonly contentType?: string;
  readonly distribution: 'FullyReplicated' | 'ShardedByS3Key';
  readonly inputMode: 'File' | 'FastFile' | 'Pipe';
  readonly compression: 'none' | 'gzip';
  readonly recordWrapper: 'none' | 'recordIO';
  readonly instanceGroups?: readonly string[];
}

/** SageMaker training jobs. */
export interface TrainingRequest {
  readonly jobName: string;
  readonly imageUri: string;
  readonly executionRoleArn: string;
  /** Every value a string, as SageMaker wants them. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** channel name -> `s3://…` prefix. */
  readonly channels: Readonly<Record<string, TrainingChannel>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly outputUri: string;
  /** Instances of one type, or groups of several. */
  readonly fleet:
    | { readonly instanceType: string; readonly instanceCount: number }
    | { readonly instanceGroups: readonly { readonly name: string; readonly instanceType: string; readonly instanceCount: number }[] };
  readonly volumeGb: number;
  readonly maxRuntimeSeconds: number;
  /** Set for spare capacity: waiting and running together, at least `maxRuntimeSeconds`. */
  readonly maxWaitSeconds?: number;
  readonly checkpointsUri?: string;
  /** How often SageMaker begins anew after an error of its own, 0-30. */
  readonly retries: number;
  readonly vpc?: { readonly subnets: readonly string[]; readonly securityGroups: readonly string[] };
  readonly networkIsolation: boolean;
  readonly encryption: { readonly volumeKey?: string; readonly outputKey?: string; readonly traffic: boolean };
  readonly metrics: readonly { readonly name: string; readonly regex: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface TrainingJob {
  readonly jobName: string;
  readonly status: 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped' | 'Deleting';
  readonly secondaryStatus: string;
  /** SageMaker's words about it; unset while there are none. */
  readonly progress?: string;
  readonly modelArtifacts?: string;
  readonly failureReason?: string;
  /** metric name -> last value seen, where that was a number. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Training {
  /** Starts it; a job of the same name that is already there is taken as ours. */
  start(request: TrainingRequest): Promise<void>;
  /** Undefined where there is no such job. */
  describe(jobName: string): Promise<TrainingJob | undefined>;
  /** Asks it to stop; one that has ended already is fine. */
  stop(jobName: string): Promise<void>;
}
