import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { codeMeanings, codeOf, endText } from '../serving/words.ts';
import { failedRuns } from './seen.ts';

export const runsOnTheProcessor = defineCheck({
  id: 'CC-73',
  stage: 'training',
  level: 'warning',
  title: 'train ends by no signal of the system: no missing instruction, memory or library',
  look(seen) {
    const run = failedRuns(seen).find((one) => [132, 137, 139].includes(codeOf(one) ?? 0));
    return run
      ? [
          {
            what: `it ended with ${endText(run)} after ${Math.round(run.ms)} ms`,
            fix: `${codeMeanings[codeOf(run) ?? 0] ?? ''}: build for the instance’s processor, take a larger instance, or match the native libraries`,
            evidence: lastLines(run.log),
          },
        ]
      : [];
  },
});
