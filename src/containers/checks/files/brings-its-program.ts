import { posix } from 'node:path';
import { environmentOf } from '../../image.ts';
import { defineCheck } from '../check.ts';

export const bringsItsProgram = defineCheck({
  id: 'CC-74',
  stage: 'files',
  level: 'warning',
  title: 'The file SAGEMAKER_PROGRAM names is in /opt/ml/code',
  silent: ({ config, unseen }) =>
    environmentOf(config)['SAGEMAKER_PROGRAM'] !== undefined && unseen !== undefined
      ? `${unseen} may bring the file, and what it brings is not seen without Docker`
      : undefined,
  look({ config, files }) {
    const program = environmentOf(config)['SAGEMAKER_PROGRAM'];
    if (program === undefined) return [];
    const path = posix.resolve('/opt/ml/code', program);
    return files.has(path) ? [] : [{ what: `SAGEMAKER_PROGRAM is ${program}, and the image has no ${path}`, fix: `COPY ${program} /opt/ml/code/` }];
  },
});
