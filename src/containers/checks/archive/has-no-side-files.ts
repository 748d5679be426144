import { defineCheck } from '../check.ts';

const side = /(^|\/)(\._[^/]*|\.DS_Store|__pycache__|__MACOSX)(\/|$)/;

export const hasNoSideFiles = defineCheck({
  id: 'CC-83',
  stage: 'archive',
  level: 'warning',
  title: 'No files that macOS or Python left behind',
  look({ entries }) {
    const found = entries.filter(({ path }) => side.test(path)).map(({ path }) => path);
    return found.length === 0
      ? []
      : [
          {
            what: `it holds ${found[0] ?? ''}${found.length > 1 ? ` and ${found.length - 1} more of that kind` : ''}: a loader that takes every file stumbles`,
            fix: 'leave them out: COPYFILE_DISABLE=1 tar --exclude .DS_Store --exclude __pycache__ …',
          },
        ];
  },
});
