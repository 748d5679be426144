import { defineCheck } from '../check.ts';

export const noFilesUnderMounts = defineCheck({
  id: 'CC-18',
  stage: 'files',
  level: 'warning',
  title: 'No files where SageMaker mounts its own',
  look({ files }) {
    const hidden = [...files.keys()].filter((path) => /^\/opt\/ml\/(model|input|output)\//.test(path));
    if (hidden.length === 0) return [];
    const what = `${hidden[0] ?? ''}${hidden.length > 1 ? ` and ${hidden.length - 1} more` : ''} will be hidden by what SageMaker mounts there`;
    return [{ what, fix: 'copy it somewhere else, such as /opt/program' }];
  },
});
