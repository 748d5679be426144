import { defineCheck } from '../check.ts';
import { listensElsewhere } from './listens-on-its-port.ts';
import { proxyHasNoApp } from './proxy-has-its-app.ts';
import { lastLines } from './seen.ts';
import { exitsAtOnce } from './stays-in-the-foreground.ts';
import { wasKilled } from './stays-within-memory.ts';
import { refusedTheWord } from './takes-the-word.ts';
import { endText, told } from './words.ts';

/** What is left when none of the better-known reasons is seen. */
export const isReadyInTime = defineCheck({
  id: 'CC-36',
  stage: 'serving',
  level: 'error',
  title: 'serve is ready within the start-up window, and goes on',
  look(seen) {
    const { readyMs, ended, pingsBefore, limits, log } = seen;
    if ([listensElsewhere, proxyHasNoApp, exitsAtOnce, wasKilled, refusedTheWord].some((known) => known(seen))) return [];
    if (ended) {
      return [
        {
          what: `it ended with ${endText(ended)} after ${Math.round(ended.afterMs)} ms, ${readyMs === undefined ? 'before it was ready' : 'while it was asked'}`,
          fix: 'read the last lines of its log; run the image’s serve by hand',
          evidence: lastLines(log),
        },
      ];
    }
    if (readyMs !== undefined) return [];
    const last = pingsBefore.at(-1);
    // Any other status will not change, and is a matter of its own.
    if (last && last.status !== 503 && last.status !== 0) return [];
    return [
      {
        what: `no 200 within ${limits.startupMs / 1_000} s: ${last ? `the last ping came to ${told(last)}` : 'nothing listens'}`,
        fix: 'load faster, or raise the variant’s ContainerStartupHealthCheckTimeoutInSeconds (3600 at most)',
        evidence: lastLines(log),
      },
    ];
  },
});
