import type { ListModelPackagesCommandInput, ListModelPackagesCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { listLimits } from './limits.ts';
import { page } from './listing.ts';
import { groupNamed, groupNameOf, groupNameOrArnLimit } from './model-packages.ts';
import { sageMakerArn } from './resources.ts';
import type { ModelPackage, SageMaker } from './state.ts';

/** As lists sort it: version 10 after version 9. */
const sortName = (one: ModelPackage) => (one.version ? `${one.version.group.name}/${String(one.version.number).padStart(8, '0')}` : one.name);

/** Packages on their own, unless a group or another type is asked for: AWS's default surprises everybody once. */
export const listModelPackages = defineOperation<SageMaker, ListModelPackagesCommandInput, Omit<ListModelPackagesCommandOutput, '$metadata'>>({
  name: 'ListModelPackages',
  access: (input, state) => [
    {
      action: 'sagemaker:ListModelPackages',
      resource:
        input.ModelPackageGroupName === undefined
          ? '*'
          : sageMakerArn(state.kernel, 'model-package', `${groupNameOf(input.ModelPackageGroupName)}/*`),
    },
  ],
  limits: {
    ...listLimits,
    SortBy: { oneOf: ['Name', 'CreationTime'] },
    ModelPackageType: { oneOf: ['Versioned', 'Unversioned', 'Both'] },
    ModelApprovalStatus: { oneOf: ['Approved', 'Rejected', 'PendingManualApproval'] },
    ModelPackageGroupName: groupNameOrArnLimit,
  },
  run(input, state) {
    const group = input.ModelPackageGroupName === undefined ? undefined : groupNamed(state, input.ModelPackageGroupName);
    const type = input.ModelPackageType ?? (group ? 'Versioned' : 'Unversioned');
    const fitting = [...state.modelPackages.values()].filter(
      (one) =>
        (group === undefined || one.version?.group === group) &&
        (type === 'Both' || (type === 'Versioned') === (one.version !== undefined)) &&
        (input.ModelApprovalStatus === undefined || one.approval === input.ModelApprovalStatus),
    );
    const sortable = fitting.map((one) => ({ name: sortName(one), createdAtMs: one.createdAtMs, one }));
    const { items, nextToken } = page(sortable, input, 'Ascending');
    return {
      ModelPackageSummaryList: items.map(({ one }) => ({
        ...(one.version
          ? { ModelPackageGroupName: one.version.group.name, ModelPackageVersion: one.version.number }
          : { ModelPackageName: one.name }),
        ModelPackageArn: one.arn,
        ...(one.input.ModelPackageDescription !== undefined && { ModelPackageDescription: one.input.ModelPackageDescription }),
        CreationTime: new Date(one.createdAtMs),
        ModelPackageStatus: 'Completed' as const,
        ...(one.approval !== undefined && { ModelApprovalStatus: one.approval }),
        ...(one.input.ModelLifeCycle && { ModelLifeCycle: structuredClone(one.input.ModelLifeCycle) }),
        ...(one.input.ModelPackageRegistrationType && { ModelPackageRegistrationType: one.input.ModelPackageRegistrationType }),
      })),
      ...nextToken,
    };
  },
});
