import * as z from 'zod/mini';
import type { Datapoint, MetricQuery, Window } from '../ports/metrics.ts';
import { Duration } from '../rollout/duration.ts';
import { fillIn, type GatePorts, type Slot } from './gate.ts';

export const Statistic = z.union(
  [
    z.enum(['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount']),
    z.string().check(z.regex(/^p\d{1,2}(\.\d{1,2})?$/, 'Expected a percentile such as p99')),
  ],
  { error: 'Expected Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99' },
);

/** SageMaker's own three: one variant of one configuration. */
export const slotDimensions = { EndpointName: '{endpoint}', VariantName: '{variant}', EndpointConfigName: '{config}' };

export const Dimensions = z
  .record(z.string().check(z.minLength(1), z.maxLength(255)), z.string().check(z.minLength(1), z.maxLength(1024)))
  .check(z.refine((dimensions) => Object.keys(dimensions).length <= 30, 'Expected 30 dimensions at most'))
  .check(
    z.refine(
      (dimensions) => Object.values(dimensions).some((value) => /\{(variant|config)\}/.test(value)),
      'Expected {variant} or {config} in a dimension: else the metric is not one variant’s',
    ),
  );

export const Metric = z.strictObject({
  namespace: z._default(z.string().check(z.minLength(1), z.maxLength(255)), 'AWS/SageMaker'),
  name: z.string().check(z.minLength(1), z.maxLength(255)),
});

/** How long a period of a metric is. */
export const MetricPeriod = Duration.check(
  z.refine((seconds) => [10, 20, 30].includes(seconds) || (seconds >= 60 && seconds % 60 === 0), 'Expected 10s, 20s, 30s or whole minutes'),
);

/** One metric of a variant, as a delivery writes it. */
const OneMetric = z.strictObject({ metric: Metric, dimensions: z._default(Dimensions, slotDimensions), statistic: z._default(Statistic, 'Average') });

/** What a series of a variant is made of: one metric, or metric math over several. */
export const seriesFields = {
  metric: z.optional(Metric),
  dimensions: z.optional(Dimensions),
  statistic: z.optional(Statistic),
  expression: z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
  metrics: z.optional(
    z.record(z.string().check(z.regex(/^[a-z][a-zA-Z0-9_]*$/, 'Expected an id: a lower-case letter, then letters, digits, underscores')), OneMetric),
  ),
};
const Series = z.object(seriesFields);
export type Series = z.output<typeof Series>;

/** What is wrong with a series beyond its fields, by the field to look at. */
export function flawsOfSeries({
  metric,
  dimensions,
  statistic,
  expression,
  metrics,
}: Series): { readonly path: string[]; readonly message: string }[] {
  const flaws: { path: string[]; message: string }[] = [];
  if ((metric === undefined) === (expression === undefined)) flaws.push({ path: ['metric'], message: 'Expected either metric or expression' });
  if (expression !== undefined && Object.keys(metrics ?? {}).length === 0)
    flaws.push({ path: ['metrics'], message: 'Expected the metrics of the expression, by the ids it uses' });
  if (expression === undefined && metrics !== undefined) flaws.push({ path: ['metrics'], message: 'Expected an expression over them' });
  if (Object.keys(metrics ?? {}).length > 10) flaws.push({ path: ['metrics'], message: 'Expected 10 metrics at most' });
  const unused = Object.keys(metrics ?? {}).find((id) => expression !== undefined && !new RegExp(`\\b${id}\\b`).test(expression));
  if (unused !== undefined) flaws.push({ path: ['metrics', unused], message: 'Expected an expression that uses it' });
  if (metric === undefined && (dimensions !== undefined || statistic !== undefined))
    flaws.push({ path: [dimensions === undefined ? 'statistic' : 'dimensions'], message: 'Expected it within metrics, for each of them' });
  return flaws;
}

/** The series in words: `Shop OrderValue Average`, or the expression. */
export const seriesText = ({ metric, statistic = 'Average', expression }: Series): string =>
  expression ?? `${metric?.namespace} ${metric?.name} ${statistic}`;

/** A variant's values, one a period that has one, by the period's start in epoch milliseconds. */
export async function readSeries(
  series: Series,
  slot: Slot,
  periodSeconds: number,
  window: Window,
  { metrics }: Pick<GatePorts, 'metrics'>,
): Promise<ReadonlyMap<number, number>> {
  const queryOf = ({ metric, dimensions, statistic }: z.output<typeof OneMetric>): MetricQuery => ({
    namespace: metric.namespace,
    metricName: metric.name,
    dimensions: Object.fromEntries(Object.entries(dimensions).map(([name, value]) => [name, fillIn(value, slot)])),
    statistic,
    periodSeconds,
  });
  const points = async (): Promise<readonly Datapoint[]> => {
    if (series.expression !== undefined) {
      const queries = Object.fromEntries(Object.entries(series.metrics ?? {}).map(([id, one]) => [id, queryOf(one)]));
      return metrics.compute({ expression: series.expression, metrics: queries }, window);
    }
    if (!series.metric) return [];
    const { metric, dimensions = slotDimensions, statistic = 'Average' } = series;
    const [found = []] = await metrics.read([queryOf({ metric, dimensions, statistic })], window);
    return found;
  };
  return new Map((await points()).map(({ atMs, value }) => [atMs, value]));
}
