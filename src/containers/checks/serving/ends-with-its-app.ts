import { defineCheck } from '../check.ts';

export const endsWithItsApp = defineCheck({
  id: 'CC-42',
  stage: 'serving',
  level: 'warning',
  title: 'serve ends when its app dies, or starts it again',
  silent: ({ appKilled, appKeptBecause }) => (appKilled ? undefined : appKeptBecause),
  look: ({ appKilled, limits }) =>
    appKilled && !appKilled.ended && !appKilled.answersAgain
      ? [
          {
            what: `"${appKilled.command}" was killed: ${limits.settleMs} ms later serve still ran, and /ping did not answer 200`,
            fix: 'wait for the children in serve, and end when one ends',
          },
        ]
      : [],
});
