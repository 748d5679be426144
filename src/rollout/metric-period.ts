import type { EndpointConfig } from '../ports/endpoints.ts';

/** How often SageMaker publishes invocation metrics unless a configuration says otherwise, seconds. */
export const defaultPeriodSeconds = 60;

type Metrics = Pick<EndpointConfig, 'MetricsConfig'>;

/** How often the metrics of a rollout's endpoint come, seconds: as the configuration in force said when the canary was proved. */
export const periodSecondsOf = (placement: { readonly metricPeriodSeconds?: number } | undefined): number =>
  placement?.metricPeriodSeconds ?? defaultPeriodSeconds;

/** How a configuration's metrics stood before a rollout wanted them at another pace. */
export interface MetricsBefore {
  /** `MetricsConfig` as it was; unset where the configuration had none. */
  readonly before: Metrics;
  /** What the rollout made of it, seconds: where it reads otherwise by now, somebody else changed it, and it is theirs. */
  readonly periodSeconds: number;
}

/** How often a configuration's invocation metrics are published, seconds: without enhanced metrics the frequency moves utilisation metrics alone. */
export const metricPeriodOf = ({ MetricsConfig }: Metrics): number =>
  MetricsConfig?.EnableEnhancedMetrics === true ? (MetricsConfig.MetricPublishFrequencyInSeconds ?? defaultPeriodSeconds) : defaultPeriodSeconds;

/** The configuration with its metrics as they were, where a rollout's own pace is still in it. */
export function withMetricsBack(config: EndpointConfig, changed: MetricsBefore | undefined): EndpointConfig {
  if (!changed || metricPeriodOf(config) !== changed.periodSeconds) return config;
  const { MetricsConfig: _, ...rest } = config;
  return { ...rest, ...changed.before };
}

/**
 * The configuration with its metrics at the wanted pace, and how they stood before; both as they were where it has that pace already.
 *
 * `MetricsConfig` belongs to the whole configuration, so all of its variants publish at that pace. Its other fields are kept.
 *
 * @param periodSeconds 10 or 60; undefined: as the configuration has it
 */
export function withMetricPeriod(
  config: EndpointConfig,
  periodSeconds: number | undefined,
): { readonly config: EndpointConfig; readonly changed?: MetricsBefore } {
  if (periodSeconds === undefined || metricPeriodOf(config) === periodSeconds) return { config };
  const { MetricsConfig } = config;
  return {
    config: { ...config, MetricsConfig: { ...MetricsConfig, EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: periodSeconds } },
    changed: { before: MetricsConfig ? { MetricsConfig } : {}, periodSeconds },
  };
}

/** In words what a new configuration does to the pace of metrics: `; metrics of every variant each 10 s, before that each 60 s`. Empty where nothing. */
export function paceText(from: Metrics, to: Metrics): string {
  const [before, after] = [metricPeriodOf(from), metricPeriodOf(to)];
  return before === after ? '' : `; metrics of every variant each ${after} s, before that each ${before} s`;
}
