import { defineCheck } from '../check.ts';
import { lastLines, type ServingSeen } from './seen.ts';

/** A proxy answers, and nobody behind it. */
export const proxyHasNoApp = ({ readyMs, pingsBefore }: ServingSeen): boolean => readyMs === undefined && pingsBefore.at(-1)?.status === 502;

export const proxyHasItsApp = defineCheck({
  id: 'CC-41',
  stage: 'serving',
  level: 'warning',
  title: 'The app behind the proxy comes up',
  look: (seen) =>
    proxyHasNoApp(seen)
      ? [
          {
            what: `/ping was answered with 502 until the end (${seen.limits.startupMs / 1_000} s): the proxy is up, the app is not`,
            fix: 'read the app’s log: a wrong module name or an import that fails',
            evidence: lastLines(seen.log),
          },
        ]
      : [],
});
