import type { ContainerDefinition, CreateModelCommandInput, ModelPackageContainerDefinition } from '@aws-sdk/client-sagemaker';
import { bindToPortLabel } from '../../containers/image.ts';
import { validationException } from '../aws-error.ts';
import { hostnameOf, missingParts } from './deployable.ts';
import { packageNamed } from './model-packages.ts';
import type { SageMaker } from './state.ts';

/** Key and value of an environment entry, and all of a model's together (bytes). */
const maxEnvironmentText = 1024;
const maxEnvironmentBytes = 32 * 1024;

function checkEntries(environment: Readonly<Record<string, string>>, path: string): void {
  for (const [key, value] of Object.entries(environment)) {
    for (const text of [key, value]) {
      if (text.length <= maxEnvironmentText) continue;
      throw validationException(
        `1 validation error detected: Value '${text}' at '${path}.environment' failed to satisfy constraint: Map ${text === key ? 'keys' : 'value'} must satisfy constraint: [Member must have length less than or equal to ${maxEnvironmentText}]`,
      );
    }
  }
}

/** The bound is on what all containers are given, packages' own environments included. */
function checkTotal(containers: readonly ContainerDefinition[]): void {
  const entries = containers.flatMap((container) => Object.entries(container.Environment ?? {}).flat());
  const bytes = entries.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > maxEnvironmentBytes)
    throw validationException(`The total size of the environment variables must not exceed 32 KB; it is ${bytes} bytes.`);
}

/** An image pinned to the digest its package was registered with: the tag may have moved since. */
function pinned(state: SageMaker, { Image: image, ImageDigest: digest }: ModelPackageContainerDefinition): string | undefined {
  if (image === undefined || digest === undefined) return image;
  const exact = `${image.replace(/[:@][^/]*$/, '')}@${digest}`;
  return state.options.image(exact) ? exact : image;
}

/** The containers of the package a container definition names, each with the definition's own environment over the package's. */
function packaged(state: SageMaker, given: ContainerDefinition): readonly ContainerDefinition[] {
  const found = packageNamed(state, given.ModelPackageName ?? '');
  if (found.version && found.approval !== 'Approved') {
    throw validationException(
      `Model package ${found.arn} cannot be used to create a model: its ModelApprovalStatus is ${found.approval}, not Approved.`,
    );
  }
  const { InferenceSpecificationName: name } = given;
  const specification =
    name === undefined ? found.input.InferenceSpecification : found.input.AdditionalInferenceSpecifications?.find((one) => one.Name === name);
  const containers = specification?.Containers ?? [];
  if (containers.length === 0)
    throw validationException(
      `Model package ${found.arn} has no ${name === undefined ? 'inference specification' : `inference specification "${name}"`}.`,
    );
  return containers.map((one) => ({
    Image: pinned(state, one),
    ...(one.ContainerHostname !== undefined && { ContainerHostname: one.ContainerHostname }),
    ...(one.ModelDataUrl !== undefined && { ModelDataUrl: one.ModelDataUrl }),
    ...(one.ModelDataSource && { ModelDataSource: one.ModelDataSource }),
    ...(one.AdditionalModelDataSources && { AdditionalModelDataSources: one.AdditionalModelDataSources }),
    Environment: { ...one.Environment, ...given.Environment },
  }));
}

function checkContainer(state: SageMaker, container: ContainerDefinition): void {
  if (container.Image === undefined) {
    throw validationException('Specify one of either Image and Model Data URL or ModelPackageName in container definition.');
  }
  if (container.ModelDataUrl !== undefined && container.ModelDataSource) {
    throw validationException('Specify one of either ModelDataUrl or ModelDataSource in container definition.');
  }
  const source = container.ModelDataSource?.S3DataSource;
  if (source?.S3DataType === 'S3Prefix') {
    if (!source.S3Uri?.endsWith('/')) throw validationException(`S3Uri "${source.S3Uri}" of type S3Prefix must end with a forward slash (/).`);
    if (source.CompressionType === 'Gzip') throw validationException('CompressionType Gzip is supported for S3DataType S3Object only.');
  }
  const missing = missingParts(state.options, container);
  if (missing) throw missing;
}

/** What several containers of one model have to agree on: names for all or for none, and an image that takes the port it is given. */
function checkTogether(state: SageMaker, containers: readonly ContainerDefinition[], direct: boolean): void {
  const named = containers.filter((container) => container.ContainerHostname !== undefined);
  if (direct && named.length < containers.length)
    throw validationException('ContainerHostname is required for each container when InferenceExecutionConfig.Mode is Direct.');
  if (named.length > 0 && named.length < containers.length) {
    throw validationException('ContainerHostname must be specified for every container of the model, or for none.');
  }
  const names = containers.map(hostnameOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw validationException(`ContainerHostname "${twice}" is used by several containers of the model.`);
  for (const { Image: image = '' } of containers) {
    if (state.options.image(image)?.config.Labels[bindToPortLabel] === 'true') continue;
    throw validationException(`Your Ecr Image ${image} does not contain required ${bindToPortLabel}=true Docker label(s).`);
  }
}

/**
 * The containers a model runs, in order: packages taken apart, so that a package's later end changes nothing.
 *
 * @throws AwsError in AWS's words for what CreateModel refuses
 */
export function modelContainers(state: SageMaker, input: CreateModelCommandInput): readonly ContainerDefinition[] {
  if (input.PrimaryContainer && input.Containers?.length) {
    throw validationException('Specify one of either PrimaryContainer or Containers, not both.');
  }
  const given = input.PrimaryContainer ? [input.PrimaryContainer] : (input.Containers ?? []);
  if (given.length === 0) throw validationException('Either PrimaryContainer or Containers must be specified.');
  for (const [index, one] of given.entries()) {
    checkEntries(one.Environment ?? {}, input.PrimaryContainer ? 'primaryContainer' : `containers.${index + 1}.member`);
  }
  const containers = given.flatMap((one) => {
    if (one.ModelPackageName === undefined) return [one];
    if (one.Image !== undefined || one.ModelDataUrl !== undefined || one.ModelDataSource) {
      throw validationException('Specify one of either Image and Model Data URL or ModelPackageName in container definition.');
    }
    return packaged(state, one);
  });
  checkTotal(containers);
  for (const container of containers) checkContainer(state, container);
  if (containers.length > 1) checkTogether(state, containers, input.InferenceExecutionConfig?.Mode === 'Direct');
  return structuredClone(containers);
}
