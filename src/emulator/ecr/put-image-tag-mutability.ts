import type { PutImageTagMutabilityCommandInput, PutImageTagMutabilityCommandOutput } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { type EcrState, mutabilityLimit, onRepository, refuseSetting, repositoryLimits, repositoryOf } from './state.ts';

/** Says whether tags may move from now on. */
export const putImageTagMutability = defineOperation<
  EcrState,
  PutImageTagMutabilityCommandInput,
  Omit<PutImageTagMutabilityCommandOutput, '$metadata'>
>({
  name: 'PutImageTagMutability',
  access: onRepository('PutImageTagMutability'),
  limits: { ...repositoryLimits, imageTagMutability: mutabilityLimit },
  run(input, state) {
    refuseSetting((input.imageTagMutability ?? '').endsWith('_WITH_EXCLUSION'), 'ECR tag mutability with exclusions');
    const repository = repositoryOf(state, input);
    repository.mutability = input.imageTagMutability ?? repository.mutability;
    return { registryId: state.kernel.account, repositoryName: repository.name, imageTagMutability: repository.mutability };
  },
});
