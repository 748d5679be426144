import type { Repository as RepositoryView } from '@aws-sdk/client-ecr';
import type { Kernel } from '../kernel.ts';
import { type Repository, repositoryArn, repositoryUri } from './state.ts';

/** A repository as the API tells of it. */
export const describeRepository = (kernel: Kernel, repository: Repository): RepositoryView => ({
  repositoryArn: repositoryArn(kernel, repository.name),
  registryId: kernel.account,
  repositoryName: repository.name,
  repositoryUri: repositoryUri(kernel, repository.name),
  createdAt: new Date(repository.createdAtMs),
  imageTagMutability: repository.mutability,
  imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
  encryptionConfiguration: { encryptionType: 'AES256' },
});
