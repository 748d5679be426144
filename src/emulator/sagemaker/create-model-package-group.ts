import type { CreateModelPackageGroupCommandInput, CreateModelPackageGroupCommandOutput } from '@aws-sdk/client-sagemaker';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { nameLimit } from './limits.ts';
import { groupLimits, onGroup } from './model-packages.ts';
import { isTaken, keep, sageMakerArn, taggingAccess } from './resources.ts';
import type { SageMaker } from './state.ts';
import { tagNew } from './tagging.ts';

export const createModelPackageGroup = defineOperation<
  SageMaker,
  CreateModelPackageGroupCommandInput,
  Pick<CreateModelPackageGroupCommandOutput, 'ModelPackageGroupArn'>
>({
  name: 'CreateModelPackageGroup',
  access: (input, state) => [
    onGroup(state, 'CreateModelPackageGroup', input.ModelPackageGroupName ?? ''),
    ...taggingAccess(state, 'model-package-group', input.ModelPackageGroupName ?? '', 'CreateModelPackageGroup', input.Tags),
  ],
  limits: { ModelPackageGroupName: { ...nameLimit, min: 1 }, ...groupLimits },
  run(input, state, { caller }) {
    const name = input.ModelPackageGroupName ?? '';
    const arn = sageMakerArn(state.kernel, 'model-package-group', name);
    if (isTaken(state.modelPackageGroups, name)) throw validationException(`Model Package Group already exists: ${arn}`);
    const { Tags: tags, ...kept } = input;
    keep(state.modelPackageGroups, {
      name,
      arn,
      createdAtMs: state.kernel.clock.now(),
      createdBy: caller.arn,
      input: structuredClone(kept),
      lastVersion: 0,
    });
    tagNew(state, arn, tags);
    return { ModelPackageGroupArn: arn };
  },
});
