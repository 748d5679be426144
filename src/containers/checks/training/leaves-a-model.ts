import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { hidesItsFailure } from './fails-with-a-code.ts';
import { silentUntilTrained } from './seen.ts';

export const leavesAModel = defineCheck({
  id: 'CC-65',
  stage: 'training',
  level: 'warning',
  title: 'A training that succeeded leaves a model',
  silent: silentUntilTrained,
  look: ({ plain }) =>
    plain.modelFiles.length === 0 && !hidesItsFailure(plain)
      ? [{ what: 'it ended with exit code 0 and left nothing in /opt/ml/model', fix: 'save the model there', evidence: lastLines(plain.log) }]
      : [],
});
