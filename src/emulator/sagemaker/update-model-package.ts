import type { UpdateModelPackageCommandInput, UpdateModelPackageCommandOutput } from '@aws-sdk/client-sagemaker';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { publishModelPackageState, updatableFields } from './events.ts';
import { checkProperties, onPackage, packageContext, packageLimits, packageNamed, settledSpecification } from './model-packages.ts';
import type { SageMaker } from './state.ts';

const maxProperties = 50;
const maxAdditional = 15;

/** A package's own properties after an update: given ones replace, then what is to be removed goes. */
function propertiesAfter(
  before: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
  removed: readonly string[],
): Record<string, string> {
  checkProperties(given);
  const both = removed.find((key) => key in given);
  if (both !== undefined) throw validationException(`The metadata property "${both}" cannot be both set and removed.`);
  const after = Object.fromEntries(Object.entries({ ...before, ...given }).filter(([key]) => !removed.includes(key)));
  if (Object.keys(after).length > maxProperties)
    throw validationException(`A model package has at most ${maxProperties} CustomerMetadataProperties; it would have ${Object.keys(after).length}.`);
  return after;
}

/** Every update is an event, whether or not it changed a value: who listens matches on the fields that were named. */
export const updateModelPackage = defineOperation<
  SageMaker,
  UpdateModelPackageCommandInput,
  Pick<UpdateModelPackageCommandOutput, 'ModelPackageArn'>
>({
  name: 'UpdateModelPackage',
  access: (input, state) => [{ ...onPackage(state, 'UpdateModelPackage', input.ModelPackageArn ?? ''), context: packageContext(input) }],
  limits: {
    ModelPackageArn: { min: 1, max: 2048, pattern: /arn:aws[a-z-]*:sagemaker:[a-z0-9-]{9,16}:[0-9]{12}:model-package\/[\S]{1,2048}/ },
    ApprovalDescription: { max: 1024 },
    CustomerMetadataPropertiesToRemove: { max: 50 },
    AdditionalInferenceSpecificationsToAdd: { min: 1, max: 15 },
    ...packageLimits,
  },
  run(input, state, { caller }) {
    const { kernel } = state;
    const found = packageNamed(state, input.ModelPackageArn ?? '');
    if (!found.version && (input.ModelApprovalStatus !== undefined || input.ApprovalDescription !== undefined)) {
      throw validationException('ModelApprovalStatus is not supported for unversioned model packages.');
    }
    const { CustomerMetadataProperties: given, CustomerMetadataPropertiesToRemove: removed } = input;
    const properties = given || removed ? propertiesAfter(found.input.CustomerMetadataProperties ?? {}, given ?? {}, removed ?? []) : undefined;
    const additional = [...(found.input.AdditionalInferenceSpecifications ?? []), ...(input.AdditionalInferenceSpecificationsToAdd ?? [])];
    if (additional.length > maxAdditional)
      throw validationException(
        `A model package has at most ${maxAdditional} AdditionalInferenceSpecifications; it would have ${additional.length}.`,
      );
    const specification = input.InferenceSpecification && settledSpecification(state, input.InferenceSpecification);

    found.input = structuredClone({
      ...found.input,
      ...(properties && { CustomerMetadataProperties: properties }),
      ...(additional.length > 0 && { AdditionalInferenceSpecifications: additional }),
      ...(specification && { InferenceSpecification: specification }),
      ...(input.SourceUri !== undefined && { SourceUri: input.SourceUri }),
      ...(input.ModelLifeCycle && { ModelLifeCycle: input.ModelLifeCycle }),
      ...(input.ModelCard && { ModelCard: input.ModelCard }),
      ...(input.ModelPackageRegistrationType && { ModelPackageRegistrationType: input.ModelPackageRegistrationType }),
    });
    if (input.ModelApprovalStatus !== undefined) found.approval = input.ModelApprovalStatus;
    if (input.ApprovalDescription !== undefined) found.approvalDescription = input.ApprovalDescription;
    found.modifiedAtMs = kernel.clock.now();
    found.modifiedBy = caller.arn;

    const named = { ...input, CustomerMetadataProperties: given ?? removed };
    const updated = (Object.keys(updatableFields) as (keyof typeof updatableFields)[]).filter((field) => named[field] !== undefined);
    publishModelPackageState(
      kernel,
      found,
      updated.map((field) => updatableFields[field]),
    );
    return { ModelPackageArn: found.arn };
  },
});
