import { defineCheck } from './check.ts';

export const runsAsRoot = defineCheck({
  id: 'CC-17',
  title: 'The image runs as root',
  look: ({ config, where }) =>
    config.User && !/^(root|0)(:|$)/.test(config.User)
      ? [
          {
            id: 'CC-17',
            level: 'warning',
            where,
            what: `USER ${config.User}: AWS documents that containers are expected to run as root`,
            fix: 'remove it, or make /opt/ml and /tmp writable for that user',
          },
        ]
      : [],
});
