import { posix } from 'node:path';
import { defineCheck } from '../check.ts';
import { startPrograms } from './start-program.ts';

export const programIsFound = defineCheck({
  id: 'CC-10',
  stage: 'files',
  level: 'error',
  title: 'The image has an entry point, or programs train and serve on its PATH',
  silent: (image) =>
    image.unseen !== undefined && startPrograms(image).some(({ kind }) => kind === 'missing')
      ? `${image.unseen} may bring the program, and what it brings is not seen without Docker`
      : undefined,
  look: (image) =>
    startPrograms(image).flatMap((program) => {
      if (program.kind !== 'missing') return [];
      const elsewhere = [...image.files.keys()].find((path) => posix.basename(path) === posix.basename(program.name));
      return [
        {
          what: `no executable "${program.name}" in the image's ${program.searched.join(', ')}`,
          fix: elsewhere
            ? `it is at ${elsewhere}: add ENV PATH=${posix.dirname(elsewhere)}:$PATH`
            : `COPY a program of that name onto the PATH, or set an ENTRYPOINT that takes the words ${image.commands.join(' and ')}`,
        },
      ];
    }),
});
