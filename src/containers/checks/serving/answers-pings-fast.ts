import { defineCheck } from '../check.ts';
import { type Exchange, silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const answersPingsFast = defineCheck({
  id: 'CC-33',
  stage: 'serving',
  level: 'error',
  title: 'GET /ping is answered within 2 s',
  silent: silentUntilReady,
  look({ pings, limits }) {
    // The first may have loaded the model, which is another matter; and one slow answer may be this machine's.
    const isSlow = ({ ms, status }: Exchange) => ms > limits.pingMs || status === 0;
    const idle = pings.slice(1);
    const slow = idle.every(isSlow) ? idle[0] : undefined;
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
