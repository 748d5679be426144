import { isShellForm } from '../../image.ts';
import { defineCheck } from '../check.ts';

/** A shell between Docker and the program takes the word for its own argument, and keeps SIGTERM. */
export const execFormEntrypoint = defineCheck({
  id: 'CC-05',
  stage: 'config',
  level: 'error',
  title: 'ENTRYPOINT is in exec form',
  look: ({ config }) =>
    isShellForm(config.Entrypoint)
      ? [
          {
            what: 'a shell-form ENTRYPOINT swallows the word train or serve, and signals',
            fix: `write it as a JSON list: ENTRYPOINT ${JSON.stringify((config.Entrypoint?.[2] ?? '').split(/\s+/))}`,
          },
        ]
      : [],
});
