/** CloudWatch metrics. */
export interface MetricQuery {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, a percentile such as `p99`, or a count in a range such as `TC(300000:)`. */
  readonly statistic: string;
  /** Seconds: 10, 30 or a multiple of 60. Below 60 CloudWatch keeps datapoints for three hours. */
  readonly periodSeconds: number;
}

/** Metric math over metrics named by ids: lower-case first, letters, digits, underscores. It comes to one series. */
export interface MathQuery {
  readonly expression: string;
  readonly metrics: Readonly<Record<string, MetricQuery>>;
}

/** Epoch milliseconds, start inclusive, end exclusive, both on whole periods. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

export interface Datapoint {
  readonly atMs: number;
  readonly value: number;
}

export interface Metrics {
  /** One list a query, oldest first; no data is an empty list. Throws `Unavailable` where CloudWatch could not answer in full. */
  read(queries: readonly MetricQuery[], window: Window): Promise<readonly (readonly Datapoint[])[]>;
  /** The expression's values, oldest first. Throws `Refused` where it is none or comes to several series, else as `read`. */
  compute(query: MathQuery, window: Window): Promise<readonly Datapoint[]>;
}
