import type { CreateRepositoryCommandInput, CreateRepositoryCommandOutput } from '@aws-sdk/client-ecr';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { describeRepository } from './repository-view.ts';
import { type EcrState, mutabilityLimit, onRepository, type Repository, refuseSetting, repositoryLimits } from './state.ts';

export const createRepository = defineOperation<EcrState, CreateRepositoryCommandInput, Omit<CreateRepositoryCommandOutput, '$metadata'>>({
  name: 'CreateRepository',
  access: onRepository('CreateRepository'),
  limits: { ...repositoryLimits, imageTagMutability: mutabilityLimit },
  run(input, { kernel, repositories }) {
    refuseSetting((input.encryptionConfiguration?.encryptionType ?? 'AES256') !== 'AES256', 'ECR repositories encrypted with KMS');
    refuseSetting((input.imageTagMutability ?? '').endsWith('_WITH_EXCLUSION'), 'ECR tag mutability with exclusions');
    refuseSetting(input.registryId !== undefined && input.registryId !== kernel.account, 'the ECR registry of another account');
    const name = input.repositoryName ?? '';
    if (repositories.has(name)) {
      throw new AwsError(
        'RepositoryAlreadyExistsException',
        `The repository with name '${name}' already exists in the registry with id '${kernel.account}'`,
      );
    }
    const repository: Repository = {
      name,
      createdAtMs: kernel.clock.now(),
      mutability: input.imageTagMutability ?? 'MUTABLE',
      scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
      images: new Map(),
      tags: new Map(),
      layers: new Map(),
      scans: new Map(),
    };
    repositories.set(name, repository);
    return { repository: describeRepository(kernel, repository) };
  },
});
