import { defineCheck } from '../check.ts';
import { plain } from './path.ts';

export const bringsItsCode = defineCheck({
  id: 'CC-85',
  stage: 'archive',
  level: 'warning',
  title: 'Script mode: the code to serve with is in code/',
  silent: ({ hasToolkit, entries }) =>
    hasToolkit || entries.some(({ path }) => plain(path).startsWith('code/')) ? undefined : 'neither the image nor the model is made for script mode',
  look({ entries, program = 'inference.py' }) {
    const file = `code/${program}`;
    return entries.some(({ path }) => plain(path) === file)
      ? []
      : [{ what: `it has no ${file}`, fix: `put it there, or name yours in SAGEMAKER_PROGRAM` }];
  },
});
