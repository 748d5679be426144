import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { failedRuns } from './seen.ts';

/** A KeyError, an unset shell variable, a path made of nothing. */
const missing = /KeyError: ['"]?(SM_\w+)|(SM_\w+): (?:unbound variable|parameter not set)|(SM_\w+)\b.*(?:undefined|not set|missing)/;

export const needsNoToolkitVariables = defineCheck({
  id: 'CC-71',
  stage: 'training',
  level: 'warning',
  title: 'train needs no SM_… variables, which only the training toolkit makes',
  look(seen) {
    for (const run of failedRuns(seen)) {
      const match = [...run.log, run.failure ?? ''].map((line) => missing.exec(line)).find((found) => found !== null);
      if (!match) continue;
      const name = match[1] ?? match[2] ?? match[3] ?? '';
      return [
        {
          what: `it failed for want of ${name}: SageMaker sets no SM_… variable, the training toolkit inside the image does`,
          fix: 'give it a default (/opt/ml/model for SM_MODEL_DIR), or install sagemaker-training-toolkit',
          evidence: lastLines(run.log),
        },
      ];
    }
    return [];
  },
});
