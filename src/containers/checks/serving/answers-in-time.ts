import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const answersInTime = defineCheck({
  id: 'CC-38',
  stage: 'serving',
  level: 'warning',
  title: 'An invocation is answered within 60 s',
  silent: silentUntilReady,
  look: ({ sample, limits }) =>
    sample && sample.ms >= limits.invocationMs
      ? [
          {
            what: `POST /invocations came to ${told(sample)}; SageMaker waits ${limits.invocationMs} ms`,
            fix: 'use an asynchronous endpoint or a stream; batch transform waits up to an hour',
          },
        ]
      : [],
});
