import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const takesLargeBodies = defineCheck({
  id: 'CC-40',
  stage: 'serving',
  level: 'warning',
  title: 'POST /invocations takes bodies as large as SageMaker sends: 25 MB',
  silent: silentUntilReady,
  look({ bodies, limits }) {
    const refused = bodies.find(({ exchange }) => exchange.status === 413 || (exchange.status === 0 && exchange.ms < limits.invocationMs));
    return refused
      ? [
          {
            what: `a body of ${refused.bytes} bytes came to ${told(refused.exchange)}`,
            fix: 'raise the limit of the server (nginx: client_max_body_size 25m), or switch it off with 0',
          },
        ]
      : [];
  },
});
