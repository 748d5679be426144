import type { DescribeModelPackageGroupCommandInput, DescribeModelPackageGroupCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { groupNamed, groupNameOrArnLimit, onGroup } from './model-packages.ts';
import type { SageMaker } from './state.ts';

export const describeModelPackageGroup = defineOperation<
  SageMaker,
  DescribeModelPackageGroupCommandInput,
  Omit<DescribeModelPackageGroupCommandOutput, '$metadata'>
>({
  name: 'DescribeModelPackageGroup',
  access: (input, state) => [onGroup(state, 'DescribeModelPackageGroup', input.ModelPackageGroupName ?? '')],
  limits: { ModelPackageGroupName: groupNameOrArnLimit },
  run(input, state) {
    const group = groupNamed(state, input.ModelPackageGroupName ?? '');
    return {
      ...structuredClone(group.input),
      ModelPackageGroupName: group.name,
      ModelPackageGroupArn: group.arn,
      CreationTime: new Date(group.createdAtMs),
      CreatedBy: { IamIdentity: { Arn: group.createdBy } },
      ModelPackageGroupStatus: 'Completed',
    };
  },
});
