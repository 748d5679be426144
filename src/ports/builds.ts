import type { SourceCode } from '../triggers/trigger.ts';

/** Builds of images: CodeBuild. */
export interface BuildRequest {
  /** Whose build it is: one rollout, one build. */
  readonly rolloutId: string;
  readonly source: SourceCode;
  /** Paths within the source. */
  readonly dockerfile: string;
  readonly context: string;
  /** No blanks in the values: they travel in one line. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly platform: 'linux/amd64' | 'linux/arm64';
  /** Where the image goes: ECR repository of this account, and a tag nobody else uses. */
  readonly repository: string;
  readonly tag: string;
  readonly timeoutMinutes: number;
}

export interface Build {
  /** `<project>:<uuid>`. */
  readonly id: string;
  readonly status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'FAULT' | 'STOPPED' | 'TIMED_OUT';
  /** The phase it is in, or ended in: `BUILD`, for one. */
  readonly phase: string;
  /** What the failed phase says; unset where none failed. */
  readonly failure?: string;
  /** Where a person reads its log; unset until there is one. */
  readonly logLink?: string;
  /** Digest (`sha256:…`) the build says it pushed; unset until it has. */
  readonly imageDigest?: string;
}

export interface Builds {
  /** Starts it; one this rollout started not longer ago than `sinceMs` is taken as that. @returns its id */
  start(request: BuildRequest, sinceMs: number): Promise<string>;
  /** The id of the build this rollout started, not longer ago than `sinceMs`, also where the answer that named it was lost. */
  find(rolloutId: string, sinceMs: number): Promise<string | undefined>;
  /** Undefined where there is no such build. */
  describe(id: string): Promise<Build | undefined>;
  /** Asks it to stop; one that has ended already is fine. */
  stop(id: string): Promise<void>;
}
