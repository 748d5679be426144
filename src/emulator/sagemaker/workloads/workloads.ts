import type { ArchiveEntry } from '../../../containers/archive.ts';
import type { ImageConfig } from '../../../containers/image.ts';
import type { ModelAnswer, ModelRequest } from '../../../containers/model-client.ts';
import type { FolderFile, ModelData } from '../../../containers/model-data.ts';
import type { Behaviour } from './behaviour.ts';

/** What the image registry knows of an image, found by tag or digest. */
export interface ResolvedImage {
  /** `sha256:…` of the manifest. */
  readonly digest: string;
  /** The image's own configuration; only its labels matter to the control plane. */
  readonly config: ImageConfig;
  /** Paths of the layers' archives, bottom first. */
  readonly layerFiles: readonly string[];
}

export interface ServeSpec {
  readonly endpointName: string;
  readonly variantName: string;
  /** `i-…`: names the log stream and the container. */
  readonly instanceId: string;
  readonly image: ResolvedImage;
  readonly imageUri: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined where the model is inside the image. */
  readonly modelData: ModelData | undefined;
  readonly onLine: (line: string) => void;
}

/** One `serve` container. */
export interface ModelServer {
  /** Resolves at the first 200 of `/ping`; never, where there is none. */
  readonly healthy: Promise<void>;
  /** Resolves when the container ended by itself, with a word on how. Never after `stop`. */
  readonly ended: Promise<string>;
  /** Set where the model is a statistical one: what traffic that is only counted meets. */
  readonly behaviour?: Behaviour;
  invoke(request: ModelRequest): Promise<ModelAnswer>;
  /** SIGTERM, SIGKILL 30 s of wall time later. */
  stop(): Promise<void>;
}

export interface TrainingChannel {
  readonly name: string;
  readonly contentType?: string | undefined;
  /** As the request has it; undefined where it says nothing. */
  readonly compression?: string | undefined;
  /** `FastFile` is laid out like `File`, and cannot be written to. */
  readonly inputMode: string;
  /** What of the channel's objects this host has got is in `files`. */
  readonly distribution: string;
  readonly files: readonly FolderFile[];
}

/** Hosts of one instance type; `homogeneousCluster` where a job names no groups. */
export interface HostGroup {
  readonly name: string;
  readonly instanceType: string;
  /** `algo-1` and so on. */
  readonly hosts: readonly string[];
}

/** Files a training host starts from, and leaves for its next start. */
export interface Checkpoints {
  /** Path below `/opt/ml`. */
  readonly folder: string;
  readonly files: readonly FolderFile[];
  /** Takes all that is there now; what is not there any more is gone. Never throws for a bucket that is missing. */
  keep(files: readonly FolderFile[]): void;
}

export interface TrainSpec {
  readonly jobName: string;
  readonly jobArn: string;
  readonly image: ResolvedImage;
  readonly imageUri: string;
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly channels: readonly TrainingChannel[];
  readonly instanceType: string;
  /** Which of the job's hosts this is, and which there are. */
  readonly cluster: { readonly host: string; readonly groups: readonly HostGroup[] };
  /** What is started instead of the image's entry point and of the word `train`; undefined: those. */
  readonly command: { readonly entrypoint: readonly string[] | undefined; readonly arguments: readonly string[] | undefined };
  /** Undefined: the job keeps none. */
  readonly checkpoints: Checkpoints | undefined;
  /** Names of the job's metric definitions. A real run prints them, a statistical one ends with them. */
  readonly metricNames: readonly string[];
  readonly onLine: (line: string) => void;
}

export interface TrainingEnd {
  /** Undefined where a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal?: string | undefined;
  /** `/opt/ml/output/failure`, whole; empty where the container wrote none. */
  readonly failureText: string;
  /** What stands in `/opt/ml/model`. */
  readonly modelFiles: readonly ArchiveEntry[];
  /** What stands in `/opt/ml/output/data`. */
  readonly outputFiles: readonly ArchiveEntry[];
  /** Metrics a statistical run ends with, by name; a real run prints them instead. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** One `train` container: one host of a job. */
export interface TrainingRun {
  readonly ended: Promise<TrainingEnd>;
  /** SIGTERM, SIGKILL 120 s of wall time later; `ended` then resolves. */
  stop(): Promise<void>;
}

/** What runs behind SageMaker: real containers, or models of them. Neither throws: a container that cannot start is never healthy, or ends with a code. */
export interface Workloads {
  /** The least a start-up window lasts, wall milliseconds, however fast the clock is. */
  readonly leastStartupWallMs: number;
  serve(spec: ServeSpec): ModelServer;
  train(spec: TrainSpec): TrainingRun;
  /** Ends everything that still runs. */
  close(): Promise<void>;
}
