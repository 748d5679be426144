import { defineCheck } from '../check.ts';

export const runsAsRoot = defineCheck({
  id: 'CC-17',
  stage: 'config',
  level: 'warning',
  title: 'The image runs as root',
  look: ({ config }) =>
    config.User && !/^(root|0)(:|$)/.test(config.User)
      ? [
          {
            what: `USER ${config.User}: AWS documents that containers are expected to run as root`,
            fix: 'remove it, or make /opt/ml and /tmp writable for that user',
          },
        ]
      : [],
});
