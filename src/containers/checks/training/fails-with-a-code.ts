import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { succeeded, type TrainingRun } from './seen.ts';

const trace = /^Traceback \(most recent call last\)|^\s+at .+:\d+:\d+\)?$|^\w*(Error|Exception): /;

/** It says that something went wrong, leaves no model, and calls that a success. */
export const hidesItsFailure = (run: TrainingRun): boolean =>
  succeeded(run) && run.modelFiles.length === 0 && run.log.some((line) => trace.test(line));

export const failsWithACode = defineCheck({
  id: 'CC-63',
  stage: 'training',
  level: 'warning',
  title: 'A training that failed ends with another code than 0',
  look({ plain, withoutData }) {
    const run = [plain, withoutData].find((one) => one && hidesItsFailure(one));
    return run
      ? [
          {
            what: 'its log tells of an error, /opt/ml/model is empty, and it ended with exit code 0',
            fix: 'end with another code than 0',
            evidence: lastLines(run.log),
          },
        ]
      : [];
  },
});
