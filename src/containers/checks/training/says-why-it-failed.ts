import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { endText } from '../serving/words.ts';
import { failedRuns } from './seen.ts';

export const saysWhyItFailed = defineCheck({
  id: 'CC-64',
  stage: 'training',
  level: 'warning',
  title: 'A training that failed leaves the reason in /opt/ml/output/failure',
  silent: (seen) => (failedRuns(seen).length === 0 ? 'no run failed, not even the one without any data' : undefined),
  look(seen) {
    const run = failedRuns(seen).find(({ failure }) => failure === undefined || failure.trim() === '');
    return run
      ? [
          {
            what: `it ended with ${endText(run)} and left no failure file: all that is shown is "AlgorithmError: , exit code: ${run.exitCode ?? ''}"`,
            fix: 'write /opt/ml/output/failure, the most telling text first: 1024 characters are shown',
            evidence: lastLines(run.log),
          },
        ]
      : [];
  },
});
