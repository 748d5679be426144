import { baseNameLabel, environmentOf } from '../image.ts';
import { defineCheck } from './check.ts';

export const unbufferedPython = defineCheck({
  id: 'CC-22',
  title: 'Python writes its log unbuffered',
  look: ({ config, where }) =>
    /(^|\/)python[:@]/.test(`${config.Labels[baseNameLabel] ?? ''}:`) && !environmentOf(config)['PYTHONUNBUFFERED']
      ? [
          {
            id: 'CC-22',
            level: 'warning',
            where,
            what: 'Python buffers its output: the last lines before a crash are lost',
            fix: 'add ENV PYTHONUNBUFFERED=1',
          },
        ]
      : [],
});
