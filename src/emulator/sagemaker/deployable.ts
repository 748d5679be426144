import type { ContainerDefinition, DeployedImage } from '@aws-sdk/client-sagemaker';
import { dockerManifestType } from '../../containers/image.ts';
import type { ModelData } from '../../containers/model-data.ts';
import { type AwsError, validationException } from '../aws-error.ts';
import { modelFilesBelow, s3Location, unusableNames } from './s3-data.ts';
import type { FleetVariant, Model, SageMaker, SageMakerOptions } from './state.ts';
import type { PipelineSpec, StageSpec } from './workloads/pipeline.ts';

/** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`, with a tag or a digest. */
const ecrImage = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[^:@]+([:@].+)?$/;

/** The name a container has in its log stream, and in the errors that speak of it. */
export const hostnameOf = (container: ContainerDefinition, index: number): string => container.ContainerHostname ?? `container-${index + 1}`;

/** What CreateModel says of a container whose image or model data it cannot find. Undefined where both are there. */
export function missingParts(options: SageMakerOptions, container: ContainerDefinition): AwsError | undefined {
  const { Image: image } = container;
  if (image !== undefined) {
    if (!ecrImage.test(image) && container.ImageConfig?.RepositoryAccessMode !== 'Vpc') {
      return validationException(`Using non-ECR image "${image}" without Vpc repository access mode is not supported.`);
    }
    const unsupported = unsupportedManifest(options, image);
    if (unsupported !== undefined) return validationException(unsupported);
    if (!options.image(image)) return validationException(`Requested image ${image} not found.`);
  }
  const { ModelDataUrl: url } = container;
  if (url !== undefined) {
    const { bucket, key } = s3Location(url);
    const there = container.Mode === 'MultiModel' ? options.objects.list(bucket, key).length > 0 : options.objects.read(bucket, key);
    if (!there) return validationException(`Could not find model data at ${url}.`);
  }
  const source = container.ModelDataSource?.S3DataSource;
  if (source?.S3Uri !== undefined) {
    const { bucket, key } = s3Location(source.S3Uri);
    const there = source.S3DataType === 'S3Object' ? options.objects.read(bucket, key) : options.objects.list(bucket, key).length > 0;
    if (!there) return validationException(`Could not find model data at ${source.S3Uri}.`);
  }
  return undefined;
}

function modelDataOf(options: SageMakerOptions, container: ContainerDefinition): ModelData | undefined | { readonly missing: string } {
  if (container.ModelDataUrl !== undefined) {
    const { bucket, key } = s3Location(container.ModelDataUrl);
    const bytes = options.objects.read(bucket, key);
    return bytes ? { kind: 'archive', bytes } : { missing: container.ModelDataUrl };
  }
  const source = container.ModelDataSource?.S3DataSource;
  if (!source?.S3Uri) return undefined;
  if (source.S3DataType === 'S3Object') {
    const { bucket, key } = s3Location(source.S3Uri);
    const bytes = options.objects.read(bucket, key);
    if (!bytes) return { missing: source.S3Uri };
    // An object as it is keeps the last part of its key as its name.
    return source.CompressionType === 'Gzip'
      ? { kind: 'archive', bytes }
      : { kind: 'files', files: [{ path: key.slice(key.lastIndexOf('/') + 1), bytes }] };
  }
  const files = modelFilesBelow(options.objects, source.S3Uri);
  return files.length > 0 ? { kind: 'files', files } : { missing: source.S3Uri };
}

/** What a variant's instances start from, read when they are provisioned. */
export type Deployable = Pick<PipelineSpec, 'stages' | 'mode'>;

/** What SageMaker says of a manifest it does not pull: it takes Docker's schema 2 alone, neither OCI's images nor an index. Undefined where it takes it. */
export function unsupportedManifest({ mediaTypeOf }: Pick<SageMakerOptions, 'mediaTypeOf'>, imageUri: string): string | undefined {
  const mediaType = mediaTypeOf?.(imageUri);
  return mediaType === undefined || mediaType === dockerManifestType ? undefined : `Unsupported manifest media type ${mediaType}`;
}

/** Why a variant is stored and described, but has no instances here; undefined where it has. */
export function notHostedBecause(variant: FleetVariant, model: Model | undefined): string | undefined {
  if (variant.config.ServerlessConfig) return `serverless variants ("${variant.name}")`;
  if (!model) return `inference components (variant "${variant.name}" names no model)`;
  if (model.containers.some((container) => container.Mode === 'MultiModel')) return `multi-model containers ("${model.name}")`;
  return undefined;
}

/**
 * Resolves a model's images to their digests and reads its data, as SageMaker does at deployment, not at CreateModel.
 *
 * @returns the images deployed and what to start, or the FailureReason
 */
export function deployableOf(
  state: SageMaker,
  variantName: string,
  model: Model,
): { readonly images: readonly DeployedImage[]; readonly deployable: Deployable } | { readonly failure: string } {
  const images: DeployedImage[] = [];
  const stages: StageSpec[] = [];
  for (const [index, container] of model.containers.entries()) {
    const imageUri = container.Image ?? '';
    const unsupported = unsupportedManifest(state.options, imageUri);
    if (unsupported !== undefined) return { failure: unsupported };
    const image = state.options.image(imageUri);
    if (!image) {
      return {
        failure: `Please make sure all images included in the model for the production variant ${variantName} exist, and that the execution role used to create the model has permissions to access them.`,
      };
    }
    const repository = imageUri.replace(/[:@][^/]*$/, '');
    images.push({
      SpecifiedImage: imageUri,
      ResolvedImage: `${repository}@${image.digest}`,
      ResolutionTime: new Date(state.kernel.clock.now()),
    });
    const modelData = container.Mode === 'MultiModel' ? undefined : modelDataOf(state.options, container);
    if (modelData && 'missing' in modelData) return { failure: `Could not find model data at ${modelData.missing}.` };
    const unusable = modelData?.kind === 'files' ? unusableNames(modelData.files) : undefined;
    if (unusable) return { failure: `Failed to download model data for production variant ${variantName}: ${unusable}.` };
    stages.push({ hostname: hostnameOf(container, index), image, imageUri, environment: container.Environment ?? {}, modelData });
  }
  return { images, deployable: { stages, mode: model.input.InferenceExecutionConfig?.Mode === 'Direct' && stages.length > 1 ? 'Direct' : 'Serial' } };
}
