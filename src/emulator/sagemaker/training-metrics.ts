import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { MetricDefinition } from '@aws-sdk/client-sagemaker';
import { type MetricDefinition as Compiled, metricsIn } from '../../containers/metric-definitions.ts';
import { validationException } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import { putMetricData } from './metrics.ts';
import type { TrainingJob } from './state.ts';

const namespace = '/aws/sagemaker/TrainingJobs';
const publishEveryMs = 60_000;

/** @throws AwsError for an expression that cannot be compiled */
export function compiledDefinitions(definitions: readonly MetricDefinition[]): readonly Compiled[] {
  return definitions.map(({ Name: name = '', Regex: source = '' }) => {
    try {
      return { name, regex: new RegExp(source) };
    } catch (error) {
      throw validationException(
        `Invalid regular expression "${source}" of metric "${name}": ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  });
}

/** Reads a job's metrics from its log, as SageMaker does, and publishes them to CloudWatch once a minute while there are any. */
export function trainingMetrics(kernel: Kernel, job: TrainingJob) {
  const definitions = compiledDefinitions(job.input.AlgorithmSpecification?.MetricDefinitions ?? []);
  let unpublished: MetricDatum[] = [];
  let timer: { cancel(): void } | undefined;

  function publish(): void {
    timer?.cancel();
    timer = undefined;
    const datums = unpublished;
    unpublished = [];
    if (datums.length > 0) kernel.background(`publish metrics of ${job.name}`, () => putMetricData(kernel, namespace, datums, job.arn));
  }

  function found(name: string, value: number): void {
    const atMs = kernel.clock.now();
    job.finalMetrics.set(name, { value, atMs });
    unpublished.push({
      MetricName: name,
      Dimensions: [{ Name: 'TrainingJobName', Value: job.name }],
      Timestamp: new Date(atMs),
      Value: value,
      Unit: 'None',
    });
    timer ??= kernel.clock.after(publishEveryMs, `metrics of ${job.name}`, publish);
  }

  return {
    names: definitions.map((definition) => definition.name),
    /** Takes what every definition's first group captures in one line. @param giveUp told of an expression that is tried no more, in a sentence */
    scrape(line: string, giveUp: (sentence: string) => void): void {
      for (const { name, value } of metricsIn(line, definitions, giveUp)) found(name, value);
    },
    found,
    publish,
  };
}
