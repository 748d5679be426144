import type { ChannelLayout } from './layout.ts';
import type { LocalImage } from './local-image.ts';
import type { MetricDefinition } from './metric-definitions.ts';

/** A training job for this machine; its limits were checked (request-limits.ts). */
export interface LocalTraining {
  readonly image: LocalImage;
  readonly jobName: string;
  readonly region: string;
  readonly hyperParameters: Readonly<Record<string, string>>;
  /** A folder, or a file, each. */
  readonly channels: readonly Pick<ChannelLayout, 'name' | 'contentType' | 'copyOf'>[];
  readonly environment: Readonly<Record<string, string>>;
  /** 1-100: `algo-1` and so on. */
  readonly hostCount: number;
  readonly metrics: readonly MetricDefinition[];
  readonly maxRuntimeMs: number;
}

/** SageMaker's own words for where a job stands. */
export type SecondaryStatus =
  | 'Starting'
  | 'Downloading'
  | 'Training'
  | 'Stopping'
  | 'Uploading'
  | 'Completed'
  | 'Failed'
  | 'Stopped'
  | 'MaxRuntimeExceeded';

/** What happens while a job runs, in the order it happens. */
export type TrainingEvent =
  | { readonly type: 'status'; readonly status: SecondaryStatus; readonly text: string }
  | { readonly type: 'log'; readonly host: string; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | { readonly type: 'metric'; readonly host: string; readonly name: string; readonly value: number }
  | { readonly type: 'ended'; readonly host: string; readonly exitCode: number; readonly text: string }
  | { readonly type: 'notice'; readonly text: string };

export interface HostEnd {
  readonly host: string;
  /** False: there was nothing to start, and `text` says why. */
  readonly started: boolean;
  /** As a shell counts it; 127 where nothing could be started. */
  readonly exitCode: number;
  readonly text: string;
  /** `/opt/ml/output/failure`, its first 1024 characters; empty where the host wrote none. */
  readonly failure: string;
  /** The end of its log. */
  readonly lastLines: readonly string[];
}

export interface TrainingResult {
  readonly status: 'Completed' | 'Failed' | 'Stopped';
  readonly secondaryStatus: SecondaryStatus;
  /** Set where the job failed. */
  readonly failureReason?: string;
  readonly hosts: readonly HostEnd[];
  /** The last value of each, whichever host printed it. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Paths of what was kept; unset where nothing was. */
  readonly model?: string;
  readonly output?: string;
  readonly seconds: number;
}
