import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';

export const acceptsConnectionsFast = defineCheck({
  id: 'CC-53',
  stage: 'serving',
  level: 'advice',
  title: 'A connection is accepted within 250 ms',
  silent: (seen) => silentUntilReady(seen) ?? (seen.connectsMs.length === 0 ? 'serve had ended' : undefined),
  look({ connectsMs, limits }) {
    const slow = connectsMs.filter((ms) => ms > limits.acceptMs);
    return slow.length === 0
      ? []
      : [
          {
            what: `of ${connectsMs.length} connections at once ${slow.length} took more than ${limits.acceptMs} ms, the slowest ${Math.round(Math.max(...slow))} ms`,
            fix: 'a larger backlog, and somebody who accepts while others work',
          },
        ];
  },
});
