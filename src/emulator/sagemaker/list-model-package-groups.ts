import type { ListModelPackageGroupsCommandInput, ListModelPackageGroupsCommandOutput } from '@aws-sdk/client-sagemaker';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { listLimits } from './limits.ts';
import { page } from './listing.ts';
import type { SageMaker } from './state.ts';

export const listModelPackageGroups = defineOperation<
  SageMaker,
  ListModelPackageGroupsCommandInput,
  Omit<ListModelPackageGroupsCommandOutput, '$metadata'>
>({
  name: 'ListModelPackageGroups',
  access: () => [{ action: 'sagemaker:ListModelPackageGroups', resource: '*' }],
  limits: { ...listLimits, SortBy: { oneOf: ['Name', 'CreationTime'] }, CrossAccountFilterOption: { oneOf: ['SameAccount', 'CrossAccount'] } },
  run(input, state) {
    if (input.CrossAccountFilterOption === 'CrossAccount') throw notEmulated('groups shared by other accounts (CrossAccountFilterOption)');
    const { items, nextToken } = page(state.modelPackageGroups.values(), input, 'Ascending');
    return {
      ModelPackageGroupSummaryList: items.map((group) => ({
        ModelPackageGroupName: group.name,
        ModelPackageGroupArn: group.arn,
        ...(group.input.ModelPackageGroupDescription !== undefined && { ModelPackageGroupDescription: group.input.ModelPackageGroupDescription }),
        CreationTime: new Date(group.createdAtMs),
        ModelPackageGroupStatus: 'Completed' as const,
      })),
      ...nextToken,
    };
  },
});
