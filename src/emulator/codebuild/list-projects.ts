import type { ListProjectsCommandOutput, ListProjectsInput } from '@aws-sdk/client-codebuild';
import { defineOperation } from '../operation.ts';
import { type CodeBuildState, type Project, page } from './state.ts';

type Order = NonNullable<ListProjectsInput['sortBy']>;

/** What projects are put in order by. */
const keys: Readonly<Record<Order, (project: Project) => string | number>> = {
  NAME: ({ name }) => name,
  CREATED_TIME: ({ createdAtMs }) => createdAtMs,
  LAST_MODIFIED_TIME: ({ modifiedAtMs }) => modifiedAtMs,
};

export const listProjects = defineOperation<CodeBuildState, ListProjectsInput, Omit<ListProjectsCommandOutput, '$metadata'>>({
  name: 'ListProjects',
  access: () => [{ action: 'codebuild:ListProjects', resource: '*' }],
  limits: { sortBy: { oneOf: Object.keys(keys) }, sortOrder: { oneOf: ['ASCENDING', 'DESCENDING'] } },
  run(input, state) {
    const key = keys[input.sortBy ?? 'NAME'];
    const sorted = [...state.projects.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    if (input.sortOrder === 'DESCENDING') sorted.reverse();
    const { items, nextToken } = page(sorted, input.nextToken);
    return { projects: items.map(({ name }) => name), ...(nextToken ? { nextToken } : {}) };
  },
});
