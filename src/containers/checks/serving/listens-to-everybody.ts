import { defineCheck } from '../check.ts';

export const listensToEverybody = defineCheck({
  id: 'CC-31',
  stage: 'serving',
  level: 'error',
  title: 'serve listens on every address, not on 127.0.0.1 alone',
  silent: ({ answersOutside }) =>
    answersOutside === undefined ? 'it was not asked from outside: it never answered, or it runs where only one way leads in' : undefined,
  look: ({ answersOutside, answersOn }) =>
    answersOutside === false
      ? [
          {
            what: `port ${answersOn ?? ''} answers on 127.0.0.1 and on no other address: nobody outside the container reaches it`,
            fix: 'bind to 0.0.0.0',
          },
        ]
      : [],
});
