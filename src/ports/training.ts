/** SageMaker training jobs. */
export interface TrainingRequest {
  readonly jobName: string;
  readonly imageUri: string;
  readonly executionRoleArn: string;
  /** Every value a string, as SageMaker wants them. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** channel name -> `s3://…` prefix. */
  readonly channels: Readonly<Record<string, { readonly uri: string; readonly contentType?: string }>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly outputUri: string;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly volumeGb: number;
  readonly maxRuntimeSeconds: number;
  readonly metrics: readonly { readonly name: string; readonly regex: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface TrainingJob {
  readonly jobName: string;
  readonly status: 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped' | 'Deleting';
  readonly secondaryStatus: string;
  readonly modelArtifacts?: string;
  readonly failureReason?: string;
  /** metric name -> last value seen. */
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
