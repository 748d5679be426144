import { type CloudWatch, createCloudWatchService } from '../../../src/emulator/cloudwatch/service.ts';
import type { Caller } from '../../../src/emulator/iam/caller.ts';
import type { Cloud } from '../../../src/emulator/kernel.ts';
import { lineTrace } from '../../../src/emulator/trace.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';

export const sagemaker: Caller = {
  kind: 'service',
  arn: 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint/fraud-score',
  service: 'sagemaker.amazonaws.com',
  sourceArn: 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint/fraud-score',
};

export interface TestCloudWatch extends CloudWatch {
  readonly kernel: TestKernel;
  /** Lines of the trace, parsed. */
  readonly traced: Record<string, unknown>[];
  /** Calls an operation as the administrator, or as `caller`. */
  call<Output = unknown>(operation: string, input: unknown, caller?: Caller): Promise<Output>;
  access(operation: string, input: unknown): readonly unknown[];
  /** Publishes one aggregated datapoint of `AWS/SageMaker` for the endpoint's canary. */
  publish(metric: string, at: string, samples: number, sum: number): Promise<void>;
  /** The same with `samples` times one value. */
  publishFlat(metric: string, at: string, samples: number, value: number): Promise<void>;
  /** Lets the clock run to a moment of 2026-10-05, such as `09:06:41`. */
  until(time: string): Promise<void>;
}

const day = '2026-10-05';
export const at = (time: string): Date => new Date(`${day}T${time}Z`);

export const canary = [
  { Name: 'EndpointName', Value: 'fraud-score' },
  { Name: 'VariantName', Value: 'canary' },
];

/**
 * CloudWatch alone on a virtual clock that stands at 09:02:11.120.
 *
 * @param options.phaseMs where in the minute each alarm is evaluated; drawn if absent
 */
export function testCloudWatch(options: { phaseMs?: number; startsAt?: string; cloud?: Partial<Cloud>; seed?: number } = {}): TestCloudWatch {
  const traced: Record<string, unknown>[] = [];
  const trace = lineTrace(
    () => kernel.clock.now(),
    (line) => traced.push(JSON.parse(line) as Record<string, unknown>), // lineTrace writes objects only.
  );
  const kernel = testKernel({
    startsAtMs: at(options.startsAt ?? '09:02:11.120').getTime(),
    trace,
    ...(options.cloud ? { cloud: options.cloud } : {}),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const { phaseMs } = options;
  if (phaseMs !== undefined) {
    const { random } = kernel;
    Object.assign(kernel, {
      random: {
        ...random,
        between: (name: string, low: number, high: number) =>
          name === 'cloudwatch/alarm-phase-ms' ? phaseMs : name === 'cloudwatch/composite-evaluation-ms' ? 405 : random.between(name, low, high),
      },
    });
  }
  const cloudWatch = createCloudWatchService(kernel);
  const operation = (name: string) => {
    const found = cloudWatch.service.operations.get(name);
    if (!found) throw new Error(`CloudWatch has no operation ${name}`);
    return found;
  };
  const call = async <Output>(name: string, input: unknown, caller: Caller = administrator) =>
    (await operation(name).run(input, { caller, requestId: 'test' })) as Output; // The test names the type it reads.
  return {
    ...cloudWatch,
    kernel,
    traced,
    call,
    access: (name, input) => operation(name).access(input),
    async publish(metric, time, samples, sum) {
      const StatisticValues = { SampleCount: samples, Sum: sum, Minimum: 0, Maximum: Math.max(1, sum) };
      await call(
        'PutMetricData',
        { Namespace: 'AWS/SageMaker', MetricData: [{ MetricName: metric, Dimensions: canary, Timestamp: at(time), StatisticValues }] },
        sagemaker,
      );
    },
    async publishFlat(metric, time, samples, value) {
      const datum = { MetricName: metric, Dimensions: canary, Timestamp: at(time), Values: [value], Counts: [samples] };
      await call('PutMetricData', { Namespace: 'AWS/SageMaker', MetricData: [datum] }, sagemaker);
    },
    async until(time) {
      await kernel.clock.advance(at(time).getTime() - kernel.clock.now());
    },
  };
}
