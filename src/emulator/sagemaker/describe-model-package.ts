import type { DescribeModelPackageCommandInput, DescribeModelPackageCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { packageNameOrArnLimit } from './limits.ts';
import { onPackage, packageNamed } from './model-packages.ts';
import type { SageMaker } from './state.ts';

export const describeModelPackage = defineOperation<
  SageMaker,
  DescribeModelPackageCommandInput,
  Omit<DescribeModelPackageCommandOutput, '$metadata'>
>({
  name: 'DescribeModelPackage',
  access: (input, state) => [onPackage(state, 'DescribeModelPackage', input.ModelPackageName ?? '')],
  limits: { ModelPackageName: packageNameOrArnLimit },
  run(input, state) {
    const found = packageNamed(state, input.ModelPackageName ?? '');
    return {
      ...structuredClone(found.input),
      // A version has no name of its own, though the API's shape asks for one.
      ModelPackageName: found.version ? undefined : found.name,
      ...(found.version && { ModelPackageGroupName: found.version.group.name, ModelPackageVersion: found.version.number }),
      ModelPackageArn: found.arn,
      CreationTime: new Date(found.createdAtMs),
      CreatedBy: { IamIdentity: { Arn: found.createdBy } },
      LastModifiedTime: new Date(found.modifiedAtMs),
      LastModifiedBy: { IamIdentity: { Arn: found.modifiedBy } },
      ModelPackageStatus: 'Completed',
      ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
      CertifyForMarketplace: found.input.CertifyForMarketplace ?? false,
      ...(found.approval !== undefined && { ModelApprovalStatus: found.approval }),
      ...(found.approvalDescription !== undefined && { ApprovalDescription: found.approvalDescription }),
    };
  },
});
