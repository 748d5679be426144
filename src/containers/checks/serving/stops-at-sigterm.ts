import { defineCheck } from '../check.ts';
import { lastLines } from './seen.ts';

/** As a container's first process a program without a handler does not get the signal at all; outside one it dies of it. */
export const stopsAtSigterm = defineCheck({
  id: 'CC-19',
  stage: 'serving',
  level: 'warning',
  title: 'serve ends at SIGTERM, before the grace is over',
  silent: ({ stopped }) => (stopped ? undefined : 'serve had ended by itself'),
  look({ stopped, limits, log }) {
    if (!stopped || (stopped.signal === null && stopped.exitCode !== 137)) return [];
    const fix = 'handle SIGTERM in the first process: stop the server, forward the signal to children, end';
    return stopped.signal === 'SIGTERM'
      ? [{ what: 'it has no handler for SIGTERM: as the first process of a container it ignores the signal, and is killed 30 s later', fix }]
      : [{ what: `it did not end within ${limits.stopMs} ms of SIGTERM and was killed`, fix, evidence: lastLines(log) }];
  },
});
