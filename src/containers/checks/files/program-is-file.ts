import { defineCheck } from '../check.ts';
import { startPrograms } from './start-program.ts';

export const programIsFile = defineCheck({
  id: 'CC-13',
  stage: 'files',
  level: 'error',
  title: 'train and serve are programs, not folders',
  look: (image) =>
    startPrograms(image).flatMap((program) =>
      program.kind === 'folder'
        ? [{ what: `${program.path} is a folder`, fix: `make ${program.name} an executable file, without an extension` }]
        : [],
    ),
});
