import * as z from 'zod/mini';
import type { Datapoint, MetricQuery } from '../ports/metrics.ts';
import { failed, inconclusive, successful } from '../rollout/verdict.ts';
import { type BakingPorts, common, defineGate, type Slot } from './gate.ts';
import { type Resolution, resolutionOf } from './resolution.ts';

const statistics = ['Average', 'Sum', 'Minimum', 'Maximum'] as const;

const statisticExpected = 'Expected Average, Sum, Minimum, Maximum or a percentile such as p99';

const Spec = z
  .strictObject({
    type: z.literal('metric-threshold'),
    ...common,
    metric: z.strictObject({
      namespace: z._default(z.string().check(z.minLength(1), z.maxLength(255)), 'AWS/SageMaker'),
      name: z.string().check(z.minLength(1), z.maxLength(255)),
    }),
    statistic: z._default(
      z.union([z.enum(statistics), z.string().check(z.regex(/^p\d{1,2}(\.\d{1,2})?$/, statisticExpected))], { error: statisticExpected }),
      'Average',
    ),
    /** In the metric's own unit: ModelLatency is in microseconds, an error metric's Average is a rate of 0-1. */
    max: z.optional(z.number()),
    min: z.optional(z.number()),
    minimumSamples: z._default(z.int().check(z.minimum(1)), 20),
  })
  .check(z.refine((spec) => spec.max !== undefined || spec.min !== undefined, { error: 'Expected max, min or both', path: ['max'] }))
  .check(
    z.refine((spec) => spec.max === undefined || spec.min === undefined || spec.min <= spec.max, {
      error: 'Expected min to be at most max: no value is within these bounds',
      path: ['min'],
    }),
  );

/** One variant's metric over a window; `value` is unset without data. */
interface Reading {
  readonly value?: number;
  /** How many values CloudWatch holds: for SageMaker's per-request metrics, the number of requests. */
  readonly samples: number;
}

async function readSlot(
  metric: { namespace: string; name: string },
  statistic: string,
  slot: Slot,
  { window, periodSeconds }: Resolution,
  { metrics }: Pick<BakingPorts, 'metrics'>,
): Promise<Reading> {
  const query = (name: string): MetricQuery => ({
    namespace: metric.namespace,
    metricName: metric.name,
    dimensions: { EndpointName: slot.endpointName, VariantName: slot.variantName, EndpointConfigName: slot.endpointConfigName },
    statistic: name,
    periodSeconds,
  });
  const [values = [], counts = []] = await metrics.read([query(statistic), query('SampleCount')], window);
  return overWindow(statistic, values, counts);
}

/**
 * One figure of many periods: averages and percentiles weighted by their samples, sums added, extremes taken.
 * A percentile over the window is thereby approximate: the mean of the periods' percentiles.
 */
function overWindow(statistic: string, values: readonly Datapoint[], counts: readonly Datapoint[]): Reading {
  const samples = counts.reduce((sum, point) => sum + point.value, 0);
  if (values.length === 0 || samples === 0) return { samples };
  const numbers = values.map((point) => point.value);
  switch (statistic) {
    case 'Sum':
      return { samples, value: numbers.reduce((sum, value) => sum + value, 0) };
    case 'Minimum':
      return { samples, value: Math.min(...numbers) };
    case 'Maximum':
      return { samples, value: Math.max(...numbers) };
    default: {
      const countAt = new Map(counts.map((point) => [point.atMs, point.value]));
      const weighted = values.reduce((sum, point) => sum + point.value * (countAt.get(point.atMs) ?? 0), 0);
      // By the samples of periods that have a value: a period may have counts and no percentile.
      const weights = values.reduce((sum, point) => sum + (countAt.get(point.atMs) ?? 0), 0);
      return weights === 0 ? { samples } : { samples, value: weighted / weights };
    }
  }
}

/**
 * Fails when a CloudWatch metric of the canary is above `max` or below `min` over the step's window.
 *
 * If stable breaks the same bound in the same window the outage is shared: that pauses the ramp (inconclusive), it does
 * not blame the canary. Fewer than `minimumSamples` values are no evidence.
 */
export const metricThreshold = defineGate({
  type: 'metric-threshold',
  spec: Spec,
  measure: async (spec, ports, context): Promise<{ readonly canary: Reading; readonly stable?: Reading }> => {
    const { canary, stable } = context;
    const resolution = resolutionOf(spec.metric.namespace, context);
    const { window } = resolution;
    if (window.endMs <= window.startMs) return { canary: { samples: 0 } };
    const [canaryReading, stableReading] = await Promise.all([
      readSlot(spec.metric, spec.statistic, canary, resolution, ports),
      stable ? readSlot(spec.metric, spec.statistic, stable, resolution, ports) : undefined,
    ]);
    return { canary: canaryReading, ...(stableReading && { stable: stableReading }) };
  },
  judge(reading, spec, context) {
    const { window } = resolutionOf(spec.metric.namespace, context);
    const bounds = { ...(spec.max !== undefined && { max: spec.max }), ...(spec.min !== undefined && { min: spec.min }) };
    const evidence = {
      metric: `${spec.metric.namespace} ${spec.metric.name}`,
      statistic: spec.statistic,
      ...bounds,
      ...reading,
      from: new Date(window.startMs).toISOString(),
      to: new Date(window.endMs).toISOString(),
    };
    const breaks = (value: number) => (spec.max !== undefined && value > spec.max) || (spec.min !== undefined && value < spec.min);
    if (reading.canary.value === undefined) return inconclusive('no-data', evidence);
    if (reading.canary.samples < spec.minimumSamples) {
      return inconclusive('too-few-samples', { ...evidence, samplesNeeded: spec.minimumSamples - reading.canary.samples });
    }
    if (!breaks(reading.canary.value)) return successful('within-threshold', evidence);
    const { stable } = reading;
    if (stable?.value !== undefined && stable.samples >= spec.minimumSamples && breaks(stable.value)) return inconclusive('shared-outage', evidence);
    return failed('over-threshold', evidence);
  },
});
