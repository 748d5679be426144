import { defineCheck } from './check.ts';
import { startPrograms } from './start-program.ts';

/** Docker's own words for it are the same as for a missing program, which has cost many an afternoon. */
export const programIsExecutable = defineCheck({
  id: 'CC-11',
  title: 'The start programs are executable',
  look: (image) =>
    startPrograms(image).flatMap((program) =>
      program.kind === 'not-executable'
        ? [
            {
              id: 'CC-11',
              level: 'error',
              where: program.file.source,
              what: `${program.path} is not executable`,
              fix: `chmod +x ${program.file.source} (on Windows: git update-index --chmod=+x ${program.file.source}, or COPY --chmod=755)`,
            },
          ]
        : [],
    ),
});
