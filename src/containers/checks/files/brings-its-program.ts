import { posix } from 'node:path';
import { environmentOf } from '../../image.ts';
import { defineCheck } from '../check.ts';
import type { ImageContents } from '../seen.ts';

const pathOf = (program: string): string => posix.resolve('/opt/ml/code', program);

function missingProgram({ config, files }: Pick<ImageContents, 'config' | 'files'>): string | undefined {
  const program = environmentOf(config)['SAGEMAKER_PROGRAM'];
  return program === undefined || files.has(pathOf(program)) ? undefined : program;
}

export const bringsItsProgram = defineCheck({
  id: 'CC-74',
  stage: 'files',
  level: 'warning',
  title: 'The file SAGEMAKER_PROGRAM names is in /opt/ml/code',
  silent: (image) =>
    missingProgram(image) !== undefined && image.unseen !== undefined
      ? `${image.unseen} may bring the file, and what it brings is not seen without Docker`
      : undefined,
  look(image) {
    const missing = missingProgram(image);
    return missing === undefined
      ? []
      : [{ what: `SAGEMAKER_PROGRAM is ${missing}, and the image has no ${pathOf(missing)}`, fix: `COPY ${missing} /opt/ml/code/` }];
  },
});
