import { defineCheck } from '../check.ts';
import { lastLines } from './seen.ts';
import { told } from './words.ts';

export const answersPings = defineCheck({
  id: 'CC-32',
  stage: 'serving',
  level: 'error',
  title: 'GET /ping is answered with 200, whatever Host says',
  look({ readyMs, pingsBefore, log }) {
    const last = pingsBefore.at(-1);
    if (readyMs !== undefined || !last || last.status === 0 || last.status === 502 || last.status === 503) return [];
    return [
      {
        what: `GET /ping with "Host: model.aws.local:8080" was answered with ${told(last)}${last.location ? `, to ${last.location}` : ''}`,
        fix: 'answer 200 with an empty body: no host check, no login, no redirect, no rule about slashes at the end',
        evidence: lastLines(log),
      },
    ];
  },
});
