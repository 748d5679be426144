import { defineCheck } from '../check.ts';
import { lastLines, type ServingSeen } from './seen.ts';

export const exitsAtOnce = ({ ended }: ServingSeen): boolean => ended?.exitCode === 0;

export const staysInTheForeground = defineCheck({
  id: 'CC-49',
  stage: 'serving',
  level: 'warning',
  title: 'serve stays in the foreground',
  look: (seen) =>
    exitsAtOnce(seen)
      ? [
          {
            what: `it ended with exit code 0 after ${Math.round(seen.ended?.afterMs ?? 0)} ms, and all it had started with it`,
            fix: 'start the server in the foreground (exec, wait, daemon off)',
            evidence: lastLines(seen.log),
          },
        ]
      : [],
});
