import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const answersPingsFast = defineCheck({
  id: 'CC-33',
  stage: 'serving',
  level: 'error',
  title: 'GET /ping is answered within 2 s',
  silent: silentUntilReady,
  look({ pings, limits }) {
    // The first may have loaded the model, which is another matter.
    const slow = pings.slice(1).find(({ ms, status }) => ms > limits.pingMs || status === 0);
    return slow
      ? [
          {
            what: `with nothing else to do, GET /ping came to ${told(slow)}; SageMaker waits ${limits.pingMs} ms`,
            fix: 'keep it cheap: no model call, or a tiny one, and a thread of its own',
          },
        ]
      : [];
  },
});
