import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const answersInvocations = defineCheck({
  id: 'CC-37',
  stage: 'serving',
  level: 'error',
  title: 'POST /invocations is there',
  silent: silentUntilReady,
  look: ({ sample }) =>
    sample && (sample.status === 404 || sample.status === 405)
      ? [{ what: `POST /invocations was answered with ${told(sample)}`, fix: 'add the route, for POST' }]
      : [],
});
