import { defineCheck } from '../check.ts';
import { startPrograms } from './start-program.ts';

/** Docker's own words for it are the same as for a missing program, which has cost many an afternoon. */
export const programIsExecutable = defineCheck({
  id: 'CC-11',
  stage: 'files',
  level: 'error',
  title: 'The start programs are executable',
  silent: (image) =>
    image.unseen !== undefined && startPrograms(image).some(({ kind }) => kind === 'not-executable')
      ? `${image.unseen} may make it executable, which is not seen without Docker`
      : undefined,
  look: (image) =>
    startPrograms(image).flatMap((program) =>
      program.kind === 'not-executable'
        ? [
            {
              where: program.file.source,
              what: `${program.path} is not executable`,
              fix: `chmod +x ${program.file.source} (on Windows: git update-index --chmod=+x ${program.file.source}, or COPY --chmod=755)`,
            },
          ]
        : [],
    ),
});
