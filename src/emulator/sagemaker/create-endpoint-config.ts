import type { CreateEndpointConfigCommandInput, CreateEndpointConfigCommandOutput, ProductionVariant } from '@aws-sdk/client-sagemaker';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { publishEndpointConfigState } from './events.ts';
import { nameLimit, roleArnLimit, tagLimits, variantLimits } from './limits.ts';
import { existsAlready, isTaken, keep, modelNamed, onResource, passRoleAccess, sageMakerArn, taggingAccess } from './resources.ts';
import type { EndpointConfig, SageMaker } from './state.ts';
import { tagNew } from './tagging.ts';

const publishFrequencies: readonly number[] = [10, 30, 60, 120, 180, 240, 300];

function checkVariant(state: SageMaker, variant: ProductionVariant): void {
  const name = variant.VariantName ?? '';
  const { ServerlessConfig: serverless } = variant;
  if (variant.ModelName === undefined) {
    // Without a model the variant is made for inference components.
    if (serverless) throw validationException(`ModelName must be specified for production variant "${name}".`);
  } else {
    modelNamed(state, variant.ModelName);
    if (variant.ManagedInstanceScaling) throw validationException('ManagedInstanceScaling is only supported for inference component endpoints.');
  }
  if (serverless) {
    if (variant.InstanceType !== undefined || variant.InitialInstanceCount !== undefined) {
      throw validationException(
        `Only one of ServerlessConfig or InstanceType and InitialInstanceCount can be specified for production variant "${name}".`,
      );
    }
    if ((serverless.MemorySizeInMB ?? 0) % 1024 !== 0) {
      throw validationException(
        `MemorySizeInMB of production variant "${name}" must be one of 1024, 2048, 3072, 4096, 5120, 6144; it is ${serverless.MemorySizeInMB}.`,
      );
    }
  } else if (variant.InstanceType === undefined && !variant.InstancePools) {
    throw validationException(`InstanceType must be specified for production variant "${name}".`);
  }
}

function refuseDuplicates(variants: readonly ProductionVariant[]): void {
  const seen = new Set<string>();
  for (const { VariantName: name = '' } of variants) {
    if (seen.has(name)) throw validationException(`The variant name "${name}" was non-unique within the request.`);
    seen.add(name);
  }
}

export const createEndpointConfig = defineOperation<
  SageMaker,
  CreateEndpointConfigCommandInput,
  Pick<CreateEndpointConfigCommandOutput, 'EndpointConfigArn'>
>({
  name: 'CreateEndpointConfig',
  access: (input, state) => [
    onResource(state, 'CreateEndpointConfig', 'endpoint-config', input.EndpointConfigName ?? ''),
    ...passRoleAccess(input.ExecutionRoleArn),
    ...taggingAccess(state, 'endpoint-config', input.EndpointConfigName ?? '', 'CreateEndpointConfig', input.Tags),
  ],
  limits: {
    EndpointConfigName: nameLimit,
    ExecutionRoleArn: roleArnLimit,
    KmsKeyId: { max: 2048 },
    ProductionVariants: { min: 1, max: 10 },
    ...variantLimits('ProductionVariants[]'),
    ShadowProductionVariants: { min: 1, max: 10 },
    ...variantLimits('ShadowProductionVariants[]'),
    'DataCaptureConfig.InitialSamplingPercentage': { min: 0, max: 100 },
    'DataCaptureConfig.DestinationS3Uri': { max: 512, pattern: /^(https|s3):\/\/([^/]+)\/?(.*)$/ },
    'DataCaptureConfig.CaptureOptions': { min: 1, max: 32 },
    'DataCaptureConfig.CaptureOptions[].CaptureMode': { oneOf: ['Input', 'Output', 'InputAndOutput'] },
    'DataCaptureConfig.CaptureContentTypeHeader.CsvContentTypes': { min: 1, max: 10 },
    'DataCaptureConfig.CaptureContentTypeHeader.JsonContentTypes': { min: 1, max: 10 },
    ...tagLimits,
  },
  run(input, state) {
    const { kernel } = state;
    const name = input.EndpointConfigName ?? '';
    const { Tags: tags, ...kept } = input;
    const config: EndpointConfig = {
      name,
      arn: sageMakerArn(kernel, 'endpoint-config', name),
      createdAtMs: kernel.clock.now(),
      input: structuredClone(kept),
    };
    if (isTaken(state.configs, name)) throw existsAlready('endpoint-config', config.arn);
    const production = input.ProductionVariants ?? [];
    const shadows = input.ShadowProductionVariants ?? [];
    refuseDuplicates([...production, ...shadows]);
    for (const variant of [...production, ...shadows]) checkVariant(state, variant);
    if (shadows.length > 0 && (shadows.length > 1 || production.length > 1)) {
      throw validationException('An endpoint with a shadow variant must have exactly one production variant and one shadow variant.');
    }
    const frequency = input.MetricsConfig?.MetricPublishFrequencyInSeconds;
    if (frequency !== undefined && !publishFrequencies.includes(frequency)) {
      throw validationException(
        `1 validation error detected: Value '${String(frequency)}' at 'metricsConfig.metricPublishFrequencyInSeconds' failed to satisfy constraint: Member must satisfy enum value set: [${publishFrequencies.join(', ')}]`,
      );
    }
    keep(state.configs, config);
    tagNew(state, config.arn, tags);
    publishEndpointConfigState(kernel, config);
    return { EndpointConfigArn: config.arn };
  },
});
