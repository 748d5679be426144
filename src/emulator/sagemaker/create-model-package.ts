import type { CreateModelPackageCommandInput, CreateModelPackageCommandOutput } from '@aws-sdk/client-sagemaker';
import { notEmulated, validationException } from '../aws-error.ts';
import { type Access, defineOperation } from '../operation.ts';
import { publishModelPackageState } from './events.ts';
import { nameLimit, tagLimits } from './limits.ts';
import {
  checkProperties,
  conflict,
  groupNamed,
  groupNameOf,
  groupNameOrArnLimit,
  onGroup,
  onPackage,
  packageContext,
  packageLimits,
  packageNamed,
  settledSpecification,
} from './model-packages.ts';
import { isTaken, keep, sageMakerArn, taggingAccess } from './resources.ts';
import type { ModelPackage, ModelPackageGroup, SageMaker } from './state.ts';
import { ofItsGroup, tagNew } from './tagging.ts';

function refuseContradictions(input: CreateModelPackageCommandInput, group: ModelPackageGroup | undefined): void {
  if (input.ValidationSpecification) throw notEmulated('validation of model packages by transform jobs (ValidationSpecification)');
  if (input.SourceAlgorithmSpecification) throw notEmulated('model packages of Marketplace algorithms (SourceAlgorithmSpecification)');
  checkProperties(input.CustomerMetadataProperties ?? {});
  if (group) {
    if (input.Tags && input.Tags.length > 0) throw ofItsGroup('CreateModelPackage with ModelPackageGroupName', group);
    if (input.CertifyForMarketplace) throw validationException('CertifyForMarketplace is not supported for versioned model packages.');
    return;
  }
  if (input.ModelApprovalStatus !== undefined) throw validationException('ModelApprovalStatus is not supported for unversioned model packages.');
  if (!input.InferenceSpecification) throw validationException('InferenceSpecification is required for unversioned model packages.');
}

/** What the package holds: its own specification, or that of the package it is cloned from. */
function specificationOf(state: SageMaker, input: CreateModelPackageCommandInput) {
  if (input.InferenceSpecification) return settledSpecification(state, input.InferenceSpecification);
  if (input.SourceUri?.includes(':model-package/')) return packageNamed(state, input.SourceUri).input.InferenceSpecification;
  return undefined;
}

/** Versions are named by their group and number, which nobody knows before: the next one's. */
function packageAccess(input: CreateModelPackageCommandInput, state: SageMaker): readonly Access[] {
  const context = packageContext(input);
  if (input.ModelPackageGroupName === undefined) {
    const name = input.ModelPackageName ?? '';
    return [
      { ...onPackage(state, 'CreateModelPackage', name), context },
      ...taggingAccess(state, 'model-package', name, 'CreateModelPackage', input.Tags),
    ];
  }
  const name = groupNameOf(input.ModelPackageGroupName);
  const next = (state.modelPackageGroups.get(name.toLowerCase())?.lastVersion ?? 0) + 1;
  return [
    { ...onPackage(state, 'CreateModelPackage', `${name}/${next}`), context },
    { ...onGroup(state, 'CreateModelPackage', name), context },
  ];
}

export const createModelPackage = defineOperation<
  SageMaker,
  CreateModelPackageCommandInput,
  Pick<CreateModelPackageCommandOutput, 'ModelPackageArn'>
>({
  name: 'CreateModelPackage',
  access: packageAccess,
  limits: {
    ModelPackageName: { ...nameLimit, min: 1 },
    ModelPackageGroupName: groupNameOrArnLimit,
    ModelPackageDescription: { max: 1024 },
    SkipModelValidation: { oneOf: ['All', 'None'] },
    AdditionalInferenceSpecifications: { min: 1, max: 15 },
    'MetadataProperties.CommitId': { max: 1024 },
    'MetadataProperties.Repository': { max: 1024 },
    'MetadataProperties.GeneratedBy': { max: 1024 },
    'MetadataProperties.ProjectId': { max: 1024 },
    ...packageLimits,
    ...tagLimits,
  },
  run(input, state, { caller }) {
    const { kernel } = state;
    const { ModelPackageName: ownName, ModelPackageGroupName: groupName, ClientToken: token, Tags: tags, ...kept } = input;
    if (ownName !== undefined && groupName !== undefined) {
      throw validationException('Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.');
    }
    if (ownName === undefined && groupName === undefined) throw validationException('Missing ARN.');
    const asked = JSON.stringify(input);
    const before = token === undefined ? undefined : state.packageTokens.get(token);
    if (before?.asked === asked) return { ModelPackageArn: before.arn };
    if (before) throw conflict(`The client token "${token}" was used with other parameters, for ${before.arn}.`);

    const group = groupName === undefined ? undefined : groupNamed(state, groupName);
    refuseContradictions(input, group);
    const number = (group?.lastVersion ?? 0) + 1;
    const name = group ? `${group.name}/${number}` : (ownName ?? '');
    const arn = sageMakerArn(kernel, 'model-package', name);
    if (isTaken(state.modelPackages, name)) throw validationException(`Model Package already exists: ${arn}`);
    const specification = specificationOf(state, input);
    const nowMs = kernel.clock.now();
    const made: ModelPackage = {
      name,
      arn,
      version: group && { group, number },
      createdAtMs: nowMs,
      createdBy: caller.arn,
      modifiedAtMs: nowMs,
      modifiedBy: caller.arn,
      input: structuredClone({ ...kept, ...(specification && { InferenceSpecification: specification }) }),
      approval: group && (input.ModelApprovalStatus ?? 'PendingManualApproval'),
      approvalDescription: undefined,
    };
    if (group) group.lastVersion = number;
    keep(state.modelPackages, made);
    tagNew(state, arn, tags);
    if (token !== undefined) state.packageTokens.set(token, { asked, arn });
    publishModelPackageState(kernel, made);
    return { ModelPackageArn: arn };
  },
});
