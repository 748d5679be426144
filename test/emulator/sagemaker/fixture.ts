import type { CreateTrainingJobCommandInput, DescribeEndpointCommandOutput, ProductionVariant } from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import type { Kernel } from '../../../src/emulator/kernel.ts';
import { createSageMakerService, type SageMakerOptions, type SageMakerService } from '../../../src/emulator/sagemaker/service.ts';
import { statisticalWorkloads } from '../../../src/emulator/sagemaker/workloads/statistical.ts';
import type { ResolvedImage, Workloads } from '../../../src/emulator/sagemaker/workloads/workloads.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';
import type { PackedOnDisk } from './image.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/hosting';
const registry = '000000000000.dkr.ecr.eu-west-1.amazonaws.com';

export interface World<K extends Kernel = TestKernel> {
  readonly kernel: K;
  readonly sageMaker: SageMakerService;
  readonly objects: Map<string, Uint8Array>;
  /** `group stream line`, in order. */
  readonly logs: string[];
  /** Puts an image into the registry under `models/<name>:<tag>`; the same tag may be put again. Returns its URI. */
  image(name: string, labels?: Record<string, string>, tag?: string): string;
  /** The same for an image that is really there. */
  packed(name: string, image: PackedOnDisk, labels?: Record<string, string>): string;
  forgetImage(uri: string): void;
  /** Calls an operation of either plane as the account's administrator. */
  call<Output = Record<string, unknown>>(operation: string, input: unknown): Promise<Output>;
  describe(endpointName: string): Promise<DescribeEndpointCommandOutput>;
  /** Makes model and configuration for each variant: `{ stable: { weight: 9, labels: {...} } }`. */
  configure(configName: string, variants: Record<string, VariantGiven>, more?: Record<string, unknown>): Promise<void>;
  /** An endpoint in service. */
  endpoint(endpointName: string, configName: string): Promise<void>;
}

export interface VariantGiven extends Partial<ProductionVariant> {
  readonly weight?: number;
  readonly labels?: Record<string, string>;
}

/** SageMaker alone, on images, objects and logs held in memory. */
export function world<K extends Kernel>(kernel: K, more: { faults?: SageMakerOptions['faults']; workloads?: Workloads } = {}): World<K> {
  const images = new Map<string, ResolvedImage>();
  const objects = new Map<string, Uint8Array>();
  const logs: string[] = [];
  let pushed = 0;
  const sageMaker = createSageMakerService(kernel, {
    image: (uri) => images.get(uri),
    objects: {
      read: (bucket, key) => objects.get(`${bucket}/${key}`),
      list: (bucket, prefix) =>
        [...objects.keys()]
          .filter((name) => name.startsWith(`${bucket}/${prefix}`))
          .map((name) => name.slice(bucket.length + 1))
          .sort(),
      write(bucket, key, bytes) {
        if (bucket === 'no-such-bucket') throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
        objects.set(`${bucket}/${key}`, bytes);
      },
      remove: (bucket, key) => void objects.delete(`${bucket}/${key}`),
    },
    log: (group, stream, line) => logs.push(`${group} ${stream} ${line}`),
    workloads: more.workloads ?? statisticalWorkloads(kernel),
    ...(more.faults && { faults: more.faults }),
  });

  function put(name: string, tag: string, image: ResolvedImage): string {
    const repository = `${registry}/models/${name}`;
    images.set(`${repository}:${tag}`, image);
    images.set(`${repository}@${image.digest}`, image);
    return `${repository}:${tag}`;
  }
  const config = (Env: readonly string[], Labels: Record<string, string>) => ({ Env, Labels, ExposedPorts: [], architecture: 'arm64', os: 'linux' });

  const made: World<K> = {
    kernel,
    sageMaker,
    objects,
    logs,
    image(name, labels = {}, tag = 'latest') {
      return put(name, tag, { digest: `sha256:${String(++pushed).padStart(64, '0')}`, config: config([], labels), layerFiles: [] });
    },
    packed: (name, image, labels = {}) =>
      put(name, 'latest', { digest: image.digest, config: config(image.env, labels), layerFiles: image.layerFiles }),
    forgetImage: (uri) => images.delete(uri),
    async call<Output>(operation: string, input: unknown) {
      const bound = sageMaker.control.operations.get(operation) ?? sageMaker.runtime.operations.get(operation);
      if (!bound) throw new Error(`No operation ${operation}`);
      return (await bound.run(input, { caller: administrator, requestId: 'request' })) as Output;
    },
    describe: (endpointName) => made.call<DescribeEndpointCommandOutput>('DescribeEndpoint', { EndpointName: endpointName }),
    async configure(configName, variants, config = {}) {
      const production: ProductionVariant[] = [];
      for (const [name, { weight, labels, ...variant }] of Object.entries(variants)) {
        const modelName = `${configName}-${name}`;
        await made.call('CreateModel', {
          ModelName: modelName,
          ExecutionRoleArn: roleArn,
          PrimaryContainer: { Image: made.image(modelName.toLowerCase(), labels) },
        });
        production.push({
          VariantName: name,
          ModelName: modelName,
          InstanceType: 'ml.m5.large',
          InitialInstanceCount: 1,
          ...(weight !== undefined && { InitialVariantWeight: weight }),
          ...variant,
        });
      }
      await made.call('CreateEndpointConfig', { EndpointConfigName: configName, ProductionVariants: production, ...config });
    },
    async endpoint(endpointName, configName) {
      await made.call('CreateEndpoint', { EndpointName: endpointName, EndpointConfigName: configName });
      if (kernel.clock.kind === 'virtual') await (kernel as unknown as TestKernel).clock.advance(minutes(10)); // A virtual clock's kernel is a test's.
    },
  };
  return made;
}

export const virtualWorld = (options: Parameters<typeof testKernel>[0] & { faults?: SageMakerOptions['faults'] } = {}): World =>
  world(testKernel(options), options.faults ? { faults: options.faults } : {});

export const seconds = (count: number): number => 1000 * count;
export const minutes = (count: number): number => 60_000 * count;

/** What a call was refused with: `code: message`. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

export const trainingJob = (name: string, image: string, more: Partial<CreateTrainingJobCommandInput> = {}): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  RoleArn: roleArn,
  AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: 's3://artifacts/models' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  ...more,
});

/** Matchers of the test runner are typed `any`; these are not. */
export const containing = (text: string): unknown => expect.stringContaining(text);
export const some = (type: NumberConstructor | DateConstructor): unknown => expect.any(type);
