import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const answersPingsWhileBusy = defineCheck({
  id: 'CC-52',
  stage: 'serving',
  level: 'warning',
  title: 'Pings are answered while invocations are under way',
  silent: silentUntilReady,
  look({ busyPings, pings, limits }) {
    const isSlow = ({ ms, status }: { ms: number; status: number }) => ms > limits.pingMs || status === 0;
    // Every time it was tried: one slow answer may be this machine's.
    const slow = busyPings.every(isSlow) ? busyPings[0] : undefined;
    return slow && !pings.slice(1).every(isSlow)
      ? [
          {
            what: `with four invocations under way GET /ping came to ${told(slow)}; SageMaker waits ${limits.pingMs} ms and replaces the instance`,
            fix: 'two threads or workers at least',
          },
        ]
      : [];
  },
});
