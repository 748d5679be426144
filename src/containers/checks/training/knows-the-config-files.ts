import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { failedRuns } from './seen.ts';

/** Documentation and the public sample spell it so; the file is all lower case. */
const misspelt = 'resourceConfig.json';

export const knowsTheConfigFiles = defineCheck({
  id: 'CC-60',
  stage: 'training',
  level: 'error',
  title: 'train reads resourceconfig.json, all lower case',
  look(seen) {
    const run = failedRuns(seen).find(({ log, failure }) => [...log, failure ?? ''].some((line) => line.includes(misspelt)));
    return run ? [{ what: `it failed over "${misspelt}", which is not there`, fix: 'read resourceconfig.json', evidence: lastLines(run.log) }] : [];
  },
});
