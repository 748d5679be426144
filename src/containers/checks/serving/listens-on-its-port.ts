import { defineCheck } from '../check.ts';
import type { ServingSeen } from './seen.ts';

/** It runs, and what listens is not where it was asked to. */
export const listensElsewhere = ({ answersOn, ended, listensOn = [], port, whyUnreachable, engine }: ServingSeen): boolean =>
  answersOn === undefined &&
  ended === undefined &&
  (engine === 'docker' ? whyUnreachable !== undefined : listensOn.length > 0 && !listensOn.includes(port));

export const listensOnItsPort = defineCheck({
  id: 'CC-30',
  stage: 'serving',
  level: 'error',
  title: 'serve listens on SAGEMAKER_BIND_TO_PORT, or else on 8080',
  look: (seen) =>
    listensElsewhere(seen)
      ? [
          {
            what: seen.listensOn?.length
              ? `it listens on port ${seen.listensOn.join(', ')}, not on 8080 or ${seen.port}`
              : (seen.whyUnreachable ?? ''),
            fix: 'listen on 0.0.0.0, on the port in SAGEMAKER_BIND_TO_PORT, 8080 where that is not set',
          },
        ]
      : [],
});
