import type { InferenceSpecification } from '@aws-sdk/client-sagemaker';
import { AwsError, validationException } from '../aws-error.ts';
import type { Access, Limit, Limits } from '../operation.ts';
import { missingParts } from './deployable.ts';
import { tagLimits } from './limits.ts';
import { sageMakerArn } from './resources.ts';
import type { ModelPackage, ModelPackageGroup, SageMaker } from './state.ts';

// The model registry: groups, their numbered versions, and packages on their own.

const arnOrName = (kind: string): Limit => ({
  min: 1,
  max: 170,
  pattern: new RegExp(`(arn:aws[a-z-]*:sagemaker:[a-z0-9-]{9,16}:[0-9]{12}:${kind}/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)`),
});
export const groupNameOrArnLimit = arnOrName('[a-z-]*');
const description: Limit = { max: 1024 };
const property = /([\p{L}\p{Z}\p{N}_.:/=+\-@]*)/u;

/** What CreateModelPackage and UpdateModelPackage both take. */
export const packageLimits: Limits = {
  ModelApprovalStatus: { oneOf: ['Approved', 'Rejected', 'PendingManualApproval'] },
  ModelPackageRegistrationType: { oneOf: ['Logged', 'Registered'] },
  CustomerMetadataProperties: { min: 0, max: 50 },
  ClientToken: { min: 1, max: 36, pattern: /[a-zA-Z0-9-]+/ },
  SourceUri: { max: 1024 },
  'InferenceSpecification.Containers': { min: 1, max: 15 },
  'InferenceSpecification.Containers[].Image': { max: 255, pattern: /[\S]+/ },
  'InferenceSpecification.Containers[].ImageDigest': { max: 72, pattern: /[Ss][Hh][Aa]256:[0-9a-fA-F]{64}/ },
  'InferenceSpecification.Containers[].ModelDataUrl': { max: 1024, pattern: /(https|s3):\/\/([^/]+)\/?(.*)/ },
  'InferenceSpecification.Containers[].ContainerHostname': { max: 63, pattern: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}/ },
  'InferenceSpecification.Containers[].Environment': { max: 100 },
  'AdditionalInferenceSpecifications[].Containers': { min: 1, max: 15 },
  'ModelLifeCycle.Stage': { min: 1, max: 63 },
  'ModelLifeCycle.StageStatus': { min: 1, max: 63 },
  'ModelLifeCycle.StageDescription': description,
};
export const groupLimits: Limits = { ModelPackageGroupDescription: description, ...tagLimits };

/** Keys and values of a package's own properties. @throws AwsError in the words of a broken constraint */
export function checkProperties(properties: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(properties)) {
    for (const [text, max] of [
      [key, 128],
      [value, 256],
    ] as const) {
      const whole = new RegExp(`^${property.source}$`, 'u').test(text);
      if (whole && text.length <= max && text !== '') continue;
      const what = whole ? `Member must have length between 1 and ${max}` : `Member must satisfy regular expression pattern: ${property.source}`;
      throw validationException(
        `1 validation error detected: Value '${text}' at 'customerMetadataProperties' failed to satisfy constraint: Map ${text === key ? 'keys' : 'value'} must satisfy constraint: [${what}]`,
      );
    }
  }
}

/** The name an ARN ends in, or the name itself. */
const lastPart = (nameOrArn: string, kind: string): string => nameOrArn.split(`:${kind}/`).at(-1) ?? nameOrArn;
export const groupNameOf = (nameOrArn: string): string => lastPart(nameOrArn, 'model-package-group');
export const packageNameOf = (nameOrArn: string): string => lastPart(nameOrArn, 'model-package');

export function groupNamed(state: SageMaker, nameOrArn: string): ModelPackageGroup {
  const name = groupNameOf(nameOrArn);
  const group = state.modelPackageGroups.get(name.toLowerCase());
  if (!group) throw validationException(`ModelPackageGroup ${sageMakerArn(state.kernel, 'model-package-group', name)} does not exist.`);
  return group;
}

export function packageNamed(state: SageMaker, nameOrArn: string): ModelPackage {
  const name = packageNameOf(nameOrArn);
  const found = state.modelPackages.get(name.toLowerCase());
  if (!found) throw validationException(`ModelPackage ${sageMakerArn(state.kernel, 'model-package', name)} does not exist.`);
  return found;
}

export const packagesOf = (state: SageMaker, group: ModelPackageGroup): readonly ModelPackage[] =>
  [...state.modelPackages.values()].filter((one) => one.version?.group === group);

export const onGroup = (state: SageMaker, action: string, nameOrArn: string): Access => ({
  action: `sagemaker:${action}`,
  resource: sageMakerArn(state.kernel, 'model-package-group', groupNameOf(nameOrArn)),
});

export const onPackage = (state: SageMaker, action: string, nameOrArn: string): Access => ({
  action: `sagemaker:${action}`,
  resource: sageMakerArn(state.kernel, 'model-package', packageNameOf(nameOrArn)),
});

/** Condition keys of what is said about a package: `sagemaker:ModelApprovalStatus` and its like. */
export const packageContext = (input: {
  readonly ModelApprovalStatus?: string | undefined;
  readonly CustomerMetadataProperties?: Readonly<Record<string, string>> | undefined;
  readonly ModelLifeCycle?: { readonly Stage: string | undefined; readonly StageStatus: string | undefined } | undefined;
}): Readonly<Record<string, string>> => ({
  ...(input.ModelApprovalStatus !== undefined && { 'sagemaker:ModelApprovalStatus': input.ModelApprovalStatus }),
  ...Object.fromEntries(
    Object.entries(input.CustomerMetadataProperties ?? {}).map(([key, value]) => [`sagemaker:CustomerMetadataProperties/${key}`, value]),
  ),
  ...(input.ModelLifeCycle && {
    'sagemaker:ModelLifeCycle:Stage': input.ModelLifeCycle.Stage ?? '',
    'sagemaker:ModelLifeCycle:StageStatus': input.ModelLifeCycle.StageStatus ?? '',
  }),
});

/**
 * A specification as it is kept: each image's digest is filled in, so that the version stays what it was when the tag moves.
 *
 * @throws AwsError where an image or model data is not there
 */
export function settledSpecification(state: SageMaker, given: InferenceSpecification): InferenceSpecification {
  const Containers = (given.Containers ?? []).map((container) => {
    if (container.Image === undefined) throw validationException('Image must be specified for each container of InferenceSpecification.');
    if (container.ModelDataUrl !== undefined && container.ModelDataSource) {
      throw validationException('Specify one of either ModelDataUrl or ModelDataSource in container definition.');
    }
    const { Image, ModelDataUrl, ModelDataSource } = container;
    const missing = missingParts(state.options, { Image, ModelDataUrl, ModelDataSource });
    if (missing) throw missing;
    const digest = container.ImageDigest ?? state.options.image(container.Image)?.digest;
    return { ...container, ...(digest !== undefined && { ImageDigest: digest }) };
  });
  return { ...given, Containers };
}

/** A change that meets another: AWS's model declares it for what makes, updates and deletes packages and deletes groups. */
export const conflict = (message: string): AwsError => new AwsError('ConflictException', message);
