import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const saysItsContentType = defineCheck({
  id: 'CC-44',
  stage: 'serving',
  level: 'warning',
  title: 'An answer has a Content-Type',
  silent: (seen) =>
    silentUntilReady(seen) ??
    (seen.sample && seen.sample.status >= 200 && seen.sample.status < 300
      ? undefined
      : `the sample request came to ${seen.sample ? told(seen.sample) : 'nothing'}: give one the model knows with --body and --content-type`),
  look: ({ sample }) =>
    sample && sample.contentType === undefined
      ? [{ what: `POST /invocations was answered with ${told(sample)}, without a Content-Type`, fix: 'set it' }]
      : [],
});
