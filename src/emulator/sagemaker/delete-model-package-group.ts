import type { DeleteModelPackageGroupCommandInput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { conflict, groupNamed, groupNameOrArnLimit, onGroup, packagesOf } from './model-packages.ts';
import { forget } from './resources.ts';
import type { SageMaker } from './state.ts';

/** Only an empty group goes. */
export const deleteModelPackageGroup = defineOperation<SageMaker, DeleteModelPackageGroupCommandInput, Record<string, never>>({
  name: 'DeleteModelPackageGroup',
  access: (input, state) => [onGroup(state, 'DeleteModelPackageGroup', input.ModelPackageGroupName ?? '')],
  limits: { ModelPackageGroupName: groupNameOrArnLimit },
  run(input, state) {
    const group = groupNamed(state, input.ModelPackageGroupName ?? '');
    const left = packagesOf(state, group).length;
    if (left > 0) throw conflict(`Model Package Group ${group.arn} cannot be deleted: it still contains ${left} model package version(s).`);
    forget(state, state.modelPackageGroups, group);
    return {};
  },
});
