/** SageMaker models: what a variant serves. */
export interface ModelRequest {
  readonly modelName: string;
  /** Image URI pinned to a digest. */
  readonly imageUri: string;
  /** `s3://…/model.tar.gz`; unset when the model is inside the image. */
  readonly modelDataUrl?: string;
  readonly environment: Readonly<Record<string, string>>;
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
