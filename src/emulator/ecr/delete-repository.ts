import type { DeleteRepositoryCommandInput, DeleteRepositoryCommandOutput } from '@aws-sdk/client-ecr';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { describeRepository } from './repository-view.ts';
import { type EcrState, onRepository, repositoryLimits, repositoryOf } from './state.ts';

/** Removes a repository; one with images only with `force`. Blobs stay as long as the emulator: other repositories may share them. */
export const deleteRepository = defineOperation<EcrState, DeleteRepositoryCommandInput, Omit<DeleteRepositoryCommandOutput, '$metadata'>>({
  name: 'DeleteRepository',
  access: onRepository('DeleteRepository'),
  limits: repositoryLimits,
  run(input, state) {
    const repository = repositoryOf(state, input);
    if (repository.images.size > 0 && !input.force) {
      throw new AwsError(
        'RepositoryNotEmptyException',
        `The repository with name '${repository.name}' in registry with id '${state.kernel.account}' cannot be deleted because it still contains images`,
      );
    }
    state.repositories.delete(repository.name);
    return { repository: describeRepository(state.kernel, repository) };
  },
});
