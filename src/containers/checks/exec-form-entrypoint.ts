import { isShellForm } from '../start-command.ts';
import { defineCheck } from './check.ts';

/** A shell between Docker and the program takes the word for its own argument, and keeps SIGTERM. */
export const execFormEntrypoint = defineCheck({
  id: 'CC-05',
  title: 'ENTRYPOINT is in exec form',
  look: ({ config, where }) =>
    isShellForm(config.Entrypoint)
      ? [
          {
            id: 'CC-05',
            level: 'error',
            where,
            what: 'a shell-form ENTRYPOINT swallows the word train or serve, and signals',
            fix: `write it as a JSON list: ENTRYPOINT ${JSON.stringify((config.Entrypoint?.[2] ?? '').split(/\s+/))}`,
          },
        ]
      : [],
});
