import type { BatchGetBuildsCommandOutput, BatchGetBuildsInput } from '@aws-sdk/client-codebuild';
import { defineOperation } from '../operation.ts';
import { describeBuild } from './build-view.ts';
import { type CodeBuildState, idOf, onProject, projectOf } from './state.ts';

export const batchGetBuilds = defineOperation<CodeBuildState, BatchGetBuildsInput, Omit<BatchGetBuildsCommandOutput, '$metadata'>>({
  name: 'BatchGetBuilds',
  access: (input, state) => [...new Set((input.ids ?? []).map(projectOf))].map((name) => onProject(state, 'BatchGetBuilds', name)),
  limits: { ids: { min: 1, max: 100 } },
  run(input, { kernel, builds }) {
    const ids = input.ids ?? [];
    return {
      builds: ids.flatMap((id) => {
        const build = builds.get(idOf(id));
        return build ? [describeBuild(kernel, build)] : [];
      }),
      buildsNotFound: ids.filter((id) => !builds.has(idOf(id))),
    };
  },
});
