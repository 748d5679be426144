import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { endText } from '../serving/words.ts';
import { silentUntilTrained, succeeded } from './seen.ts';

export const readsQuotedHyperparameters = defineCheck({
  id: 'CC-62',
  stage: 'training',
  level: 'warning',
  title: 'train reads hyperparameters in JSON quotes, and lets SageMaker’s own pass',
  silent: silentUntilTrained,
  look: ({ quoted }) =>
    quoted && !succeeded(quoted)
      ? [
          {
            what: `with hyperparameters in JSON quotes, and sagemaker_… ones beside them, as script mode sends both, it ended with ${endText(quoted)}`,
            fix: 'read each as JSON and fall back to the text; leave out names that begin with sagemaker_',
            evidence: lastLines(quoted.log),
          },
        ]
      : [],
});
