import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../aws-error.ts';

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

/**
 * Metrics in a log line of CloudWatch's Embedded Metric Format.
 *
 * @returns one input for each namespace, in the line's order; none when the line is no EMF
 * @throws AwsError `EmfParsing` for a line that says it is EMF and isn't, as CloudWatch counts it (`EMFParsingErrors`)
 * @see CloudWatch user guide, "Specification: Embedded metric format"
 */
export function metricsIn(line: string): PutMetricDataCommandInput[] {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return [];
  let root: Record<string, unknown>;
  try {
    root = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return [];
  }
  const metadata = root['_aws'] as { Timestamp?: unknown; CloudWatchMetrics?: unknown } | undefined;
  if (typeof metadata !== 'object' || metadata === null || !Array.isArray(metadata.CloudWatchMetrics)) return [];
  const broken = (why: string) => new AwsError('EmfParsing', `Cannot read embedded metrics: ${why}`);
  if (typeof metadata.Timestamp !== 'number') throw broken('"Timestamp" is no number');
  const at = new Date(metadata.Timestamp);
  const inputs = new Map<string, MetricDatum[]>();
  for (const directive of metadata.CloudWatchMetrics as Directive[]) {
    if (typeof directive.Namespace !== 'string') throw broken('"Namespace" is no text');
    const sets = (Array.isArray(directive.Dimensions) ? directive.Dimensions : [[]]) as string[][];
    const data = inputs.get(directive.Namespace) ?? [];
    inputs.set(directive.Namespace, data);
    for (const metric of (Array.isArray(directive.Metrics) ? directive.Metrics : []) as {
      Name: string;
      Unit?: string;
      StorageResolution?: number;
    }[]) {
      const target = root[metric.Name];
      const values = (Array.isArray(target) ? target : [target]) as unknown[];
      if (!values.every((value) => typeof value === 'number' && Number.isFinite(value))) throw broken(`"${metric.Name}" has no numeric value`);
      for (const set of sets.length === 0 ? [[]] : sets) {
        const dimensions = set.map((name) => {
          if (typeof root[name] !== 'string') throw broken(`the dimension "${name}" has no text`);
          return { Name: name, Value: root[name] };
        });
        data.push({
          MetricName: metric.Name,
          Dimensions: dimensions,
          Timestamp: at,
          // Numbers, by the check above.
          ...(values.length === 1 ? { Value: values[0] as number } : { Values: values as number[] }),
          // An unknown unit is CloudWatch's to refuse.
          Unit: (metric.Unit ?? 'None') as NonNullable<MetricDatum['Unit']>,
          ...(metric.StorageResolution !== undefined && { StorageResolution: metric.StorageResolution }),
        });
      }
    }
  }
  return [...inputs].filter(([, data]) => data.length > 0).map(([Namespace, MetricData]) => ({ Namespace, MetricData }));
}
