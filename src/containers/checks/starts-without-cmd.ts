import { defineCheck } from './check.ts';
import { startPrograms } from './start-program.ts';

export const startsWithoutCmd = defineCheck({
  id: 'CC-14',
  title: 'The start command is not only in CMD',
  look: (image) =>
    image.config.Cmd && !image.config.Entrypoint && startPrograms(image).some(({ kind }) => kind === 'missing')
      ? [
          {
            id: 'CC-14',
            level: 'warning',
            where: image.where,
            what: 'CMD is replaced by the word train or serve',
            fix: `move it to ENTRYPOINT ${JSON.stringify(image.config.Cmd)}`,
          },
        ]
      : [],
});
