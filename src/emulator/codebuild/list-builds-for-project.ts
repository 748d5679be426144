import type { ListBuildsForProjectCommandOutput, ListBuildsForProjectInput } from '@aws-sdk/client-codebuild';
import { defineOperation } from '../operation.ts';
import { type CodeBuildState, onProject, page, projectNamed } from './state.ts';

/** Ids of a project's builds, newest first unless asked otherwise. */
export const listBuildsForProject = defineOperation<CodeBuildState, ListBuildsForProjectInput, Omit<ListBuildsForProjectCommandOutput, '$metadata'>>({
  name: 'ListBuildsForProject',
  access: (input, state) => [onProject(state, 'ListBuildsForProject', input.projectName ?? '')],
  limits: { projectName: { min: 1 }, sortOrder: { oneOf: ['ASCENDING', 'DESCENDING'] } },
  run(input, state) {
    const { name } = projectNamed(state, input.projectName ?? '');
    const ids = [...state.builds.values()].filter(({ projectName }) => projectName === name).map(({ id }) => id);
    const { items, nextToken } = page(input.sortOrder === 'ASCENDING' ? ids : ids.toReversed(), input.nextToken);
    return { ids: items, ...(nextToken ? { nextToken } : {}) };
  },
});
