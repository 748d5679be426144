import { multiModelLabel } from '../../image.ts';
import { defineCheck } from '../check.ts';

export const acceptsManyModels = defineCheck({
  id: 'CC-47',
  stage: 'config',
  level: 'error',
  title: 'An image for many models says that it loads and unloads them',
  look: ({ config, hosting }) =>
    hosting === 'multi-model' && config.Labels[multiModelLabel] !== 'true'
      ? [
          {
            what: `the image lacks the label ${multiModelLabel}`,
            fix: `answer POST and DELETE /models and POST /models/<name>/invoke, and add LABEL ${multiModelLabel}=true`,
          },
        ]
      : [],
});
