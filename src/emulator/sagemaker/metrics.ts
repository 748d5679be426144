import type { MetricDatum, PutMetricDataCommandInput, StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { Caller } from '../iam/caller.ts';
import type { Kernel } from '../kernel.ts';
import type { Endpoint, EndpointConfig, Fleet, FleetVariant } from './state.ts';

/** What became of some requests to one variant. */
export interface Outcomes {
  readonly requests: number;
  /** Answered 4xx by the model. */
  readonly clientErrors: number;
  /** Answered 5xx by the model, or by SageMaker because no instance of the variant was there. */
  readonly serverErrors: number;
  /** No answer at all: broken connection, malformed answer, time-out. */
  readonly broken: number;
  /** Microseconds -> how many. Requests that reached no container are in neither. */
  readonly modelLatencyUs: ReadonlyMap<number, number>;
  readonly overheadLatencyUs: ReadonlyMap<number, number>;
}

/** What one variant of one configuration has served so far. */
export interface Served {
  readonly variantName: string;
  readonly endpointConfigName: string;
  readonly requests: number;
  /** Requests whose answer was no 2xx. */
  readonly errors: number;
  /** Epoch milliseconds of emulator time. */
  readonly lastRequestAtMs: number;
}

export interface Metrics {
  /**
   * Counts requests that ended at `atMs`, epoch milliseconds of emulator time.
   *
   * @param instanceId which instance answered, where the configuration has enhanced metrics; undefined where none did, or nobody asks
   */
  record(endpoint: Endpoint, fleet: Fleet, variant: FleetVariant, outcomes: Outcomes, atMs: number, instanceId?: string): void;
  served(endpointArn: string): readonly Served[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

type Dimensions = readonly { readonly Name: string; readonly Value: string }[];

/** One datapoint period of one variant, or of one of its instances. */
interface Bucket {
  readonly variantName: string;
  /** Each datapoint is published once under each of these. */
  readonly dimensionSets: readonly Dimensions[];
  /** Undefined for a single instance, which has no `InvocationsPerInstance`. */
  readonly instances: number | undefined;
  requests: number;
  clientErrors: number;
  serverErrors: number;
  broken: number;
  readonly modelLatencyUs: Map<number, number>;
  readonly overheadLatencyUs: Map<number, number>;
}

/**
 * How long one datapoint of invocation metrics covers, milliseconds. `MetricPublishFrequencyInSeconds` moves it only
 * with enhanced metrics; otherwise it is a minute.
 */
export function metricPeriodMs(config: EndpointConfig): number {
  const settings = config.input.MetricsConfig;
  return settings?.EnableEnhancedMetrics ? 1000 * (settings.MetricPublishFrequencyInSeconds ?? 60) : 60_000;
}

/** Whether the configuration's metrics are also published an instance. */
export const hasInstanceMetrics = (config: EndpointConfig): boolean => config.input.MetricsConfig?.EnableEnhancedMetrics === true;

/** How long after its period a datapoint is published, seconds: between these. AWS gives no figure. */
const latenessOf = (periodMs: number): readonly [number, number] => (periodMs < 60_000 ? [5, 15] : [60, 120]);

/** PutMetricData takes so many distinct values a metric, and so many metrics a call. */
const maxValues = 150;
const maxMetrics = 1000;

/** Latencies are kept to 1 %, so that a busy minute stays a few hundred values. */
const toOnePercent = (us: number) => Math.max(1, Math.round(1.01 ** Math.round(Math.log(Math.max(1, us)) / Math.log(1.01))));

function addAll(into: Map<number, number>, values: ReadonlyMap<number, number>): void {
  for (const [us, count] of values) {
    const rounded = toOnePercent(us);
    into.set(rounded, (into.get(rounded) ?? 0) + count);
  }
}

/** 1 for each of `errors`, 0 for the rest: Sum counts them, Average is the rate. */
const zeroOrOne = (errors: number, requests: number): ReadonlyMap<number, number> =>
  new Map<number, number>([[0, requests - errors] as const, [1, errors] as const].filter(([, count]) => count > 0));

function datumsOf(bucket: Bucket, periodStartMs: number, periodMs: number): readonly MetricDatum[] {
  const metrics: readonly (readonly [string, StandardUnit, ReadonlyMap<number, number>])[] = [
    ['Invocations', 'None', new Map([[1, bucket.requests]])],
    ...(bucket.instances === undefined ? [] : [['InvocationsPerInstance', 'None', new Map([[1 / bucket.instances, bucket.requests]])] as const]),
    ['Invocation4XXErrors', 'None', zeroOrOne(bucket.clientErrors, bucket.requests)],
    ['Invocation5XXErrors', 'None', zeroOrOne(bucket.serverErrors, bucket.requests)],
    ['InvocationModelErrors', 'None', zeroOrOne(bucket.clientErrors + bucket.serverErrors + bucket.broken, bucket.requests)],
    ['ModelLatency', 'Microseconds', bucket.modelLatencyUs],
    ['OverheadLatency', 'Microseconds', bucket.overheadLatencyUs],
  ];
  const datums: MetricDatum[] = [];
  for (const [name, unit, counts] of metrics) {
    const values = [...counts].sort(([a], [b]) => a - b);
    for (let from = 0; from < values.length; from += maxValues) {
      const some = values.slice(from, from + maxValues);
      for (const dimensions of bucket.dimensionSets) {
        datums.push({
          MetricName: name,
          Dimensions: [...dimensions],
          Timestamp: new Date(periodStartMs),
          Unit: unit,
          Values: some.map(([value]) => value),
          Counts: some.map(([, count]) => count),
          ...(periodMs < 60_000 && { StorageResolution: 1 }),
        });
      }
    }
  }
  return datums;
}

/** The caller SageMaker itself is when it publishes metrics of a resource. */
const sageMakerCaller = (resourceArn: string): Caller => ({
  kind: 'service',
  arn: 'sagemaker.amazonaws.com',
  service: 'sagemaker.amazonaws.com',
  sourceArn: resourceArn,
});

/** Sends datapoints to CloudWatch in as few calls as it takes. */
export async function putMetricData(kernel: Kernel, namespace: string, datums: readonly MetricDatum[], resourceArn: string): Promise<void> {
  for (let from = 0; from < datums.length; from += maxMetrics) {
    const input: PutMetricDataCommandInput = { Namespace: namespace, MetricData: datums.slice(from, from + maxMetrics) };
    await kernel.cloud.call('cloudwatch', 'PutMetricData', input, sageMakerCaller(resourceArn));
  }
}

function emptyBucket(variantName: string, dimensionSets: readonly Dimensions[], instances: number | undefined): Bucket {
  return {
    variantName,
    dimensionSets,
    instances,
    requests: 0,
    clientErrors: 0,
    serverErrors: 0,
    broken: 0,
    modelLatencyUs: new Map(),
    overheadLatencyUs: new Map(),
  };
}

function addTo(bucket: Bucket, outcomes: Outcomes): void {
  bucket.requests += outcomes.requests;
  bucket.clientErrors += outcomes.clientErrors;
  bucket.serverErrors += outcomes.serverErrors;
  bucket.broken += outcomes.broken;
  addAll(bucket.modelLatencyUs, outcomes.modelLatencyUs);
  addAll(bucket.overheadLatencyUs, outcomes.overheadLatencyUs);
}

/**
 * Counts requests per variant and publishes them to CloudWatch a datapoint period, some time (drawn) after the period has
 * ended. A period without requests has no datapoint, and no timer.
 *
 * @param isMissing whether a variant's metrics of a period are lost on the way; asked once each
 */
export function invocationMetrics(
  kernel: Kernel,
  isMissing: (endpointName: string, variantName: string, periodStartMs: number) => boolean = () => false,
): Metrics {
  const periods = new Map<string, Map<string, Bucket>>();
  const servedBy = new Map<string, Map<string, Writable<Served>>>();

  function bucketsOf(endpoint: Endpoint, startMs: number, periodMs: number): Map<string, Bucket> {
    const key = `${endpoint.arn} ${startMs} ${periodMs}`;
    let buckets = periods.get(key);
    if (!buckets) {
      const opened = new Map<string, Bucket>();
      buckets = opened;
      periods.set(key, opened);
      const lateMs = 1000 * kernel.random.between('sagemaker/metrics-late-seconds', ...latenessOf(periodMs));
      kernel.clock.after(startMs + periodMs + lateMs - kernel.clock.now(), `metrics of ${endpoint.name}`, () => {
        periods.delete(key);
        const lost = new Map<string, boolean>();
        for (const { variantName } of opened.values())
          if (!lost.has(variantName)) lost.set(variantName, isMissing(endpoint.name, variantName, startMs));
        const published = [...opened.values()].filter((bucket) => lost.get(bucket.variantName) !== true);
        const datums = published.flatMap((bucket) => datumsOf(bucket, startMs, periodMs));
        kernel.background(`publish metrics of ${endpoint.name}`, () => putMetricData(kernel, 'AWS/SageMaker', datums, endpoint.arn));
      });
    }
    return buckets;
  }

  return {
    record(endpoint, fleet, variant, outcomes, atMs, instanceId) {
      if (outcomes.requests === 0) return;
      const periodMs = metricPeriodMs(fleet.config);
      const buckets = bucketsOf(endpoint, Math.floor(atMs / periodMs) * periodMs, periodMs);
      const key = `${fleet.config.name}/${variant.name}`;
      const dimensions = [
        { Name: 'EndpointName', Value: endpoint.name },
        { Name: 'VariantName', Value: variant.name },
      ];
      let bucket = buckets.get(key);
      if (!bucket) {
        const sets = [dimensions, [...dimensions, { Name: 'EndpointConfigName', Value: fleet.config.name }]];
        bucket = emptyBucket(variant.name, sets, Math.max(1, variant.currentInstances));
        buckets.set(key, bucket);
      }
      addTo(bucket, outcomes);
      if (instanceId !== undefined) {
        const instanceKey = `${key}/${instanceId}`;
        const ofInstance =
          buckets.get(instanceKey) ?? emptyBucket(variant.name, [[...dimensions, { Name: 'InstanceId', Value: instanceId }]], undefined);
        buckets.set(instanceKey, ofInstance);
        addTo(ofInstance, outcomes);
      }

      const variants = servedBy.get(endpoint.arn) ?? new Map<string, Writable<Served>>();
      servedBy.set(endpoint.arn, variants);
      const served = variants.get(key) ?? {
        variantName: variant.name,
        endpointConfigName: fleet.config.name,
        requests: 0,
        errors: 0,
        lastRequestAtMs: 0,
      };
      variants.set(key, served);
      served.requests += outcomes.requests;
      served.errors += outcomes.clientErrors + outcomes.serverErrors + outcomes.broken;
      served.lastRequestAtMs = atMs;
    },
    served: (endpointArn) => [...(servedBy.get(endpointArn)?.values() ?? [])].map((served) => ({ ...served })),
  };
}
