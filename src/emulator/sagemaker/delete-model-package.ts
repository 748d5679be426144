import type { DeleteModelPackageCommandInput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { packageNameOrArnLimit } from './limits.ts';
import { onPackage, packageNamed } from './model-packages.ts';
import { forget } from './resources.ts';
import type { SageMaker } from './state.ts';

/** Models made from it stay as they are. Its version number is not given again. */
export const deleteModelPackage = defineOperation<SageMaker, DeleteModelPackageCommandInput, Record<string, never>>({
  name: 'DeleteModelPackage',
  access: (input, state) => [onPackage(state, 'DeleteModelPackage', input.ModelPackageName ?? '')],
  limits: { ModelPackageName: packageNameOrArnLimit },
  run(input, state) {
    forget(state, state.modelPackages, packageNamed(state, input.ModelPackageName ?? ''));
    return {};
  },
});
