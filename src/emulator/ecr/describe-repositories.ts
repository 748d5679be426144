import type { DescribeRepositoriesCommandInput, DescribeRepositoriesCommandOutput } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { describeRepository } from './repository-view.ts';
import { type EcrState, page, repositoryArn, repositoryLimits, repositoryOf } from './state.ts';

export const describeRepositories = defineOperation<EcrState, DescribeRepositoriesCommandInput, Omit<DescribeRepositoriesCommandOutput, '$metadata'>>(
  {
    name: 'DescribeRepositories',
    access: ({ repositoryNames }, { kernel }) =>
      (repositoryNames?.length ? repositoryNames : ['*']).map((name) => ({
        action: 'ecr:DescribeRepositories',
        resource: repositoryArn(kernel, name),
      })),
    limits: {
      repositoryNames: { min: 1, max: 100 },
      'repositoryNames[]': repositoryLimits['repositoryName'] ?? {},
      maxResults: { min: 1, max: 1_000 },
    },
    run(input, state) {
      const { registryId } = input;
      const wanted = input.repositoryNames?.map((repositoryName) => repositoryOf(state, { repositoryName, registryId }));
      const all = wanted ?? [...state.repositories.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = page(all, input);
      return { repositories: items.map((repository) => describeRepository(state.kernel, repository)), ...(nextToken ? { nextToken } : {}) };
    },
  },
);
