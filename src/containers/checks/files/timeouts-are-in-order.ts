import { type Complaint, defineCheck } from '../check.ts';
import { nginxFiles, readTimeoutOf } from './nginx.ts';
import { ownTexts, placeOf } from './text.ts';

/** What SageMaker gives an invocation, seconds. */
const platformSeconds = 60;
/** `gunicorn --timeout 30`, also as words of a list. */
const appTimeout = /--timeout["',=\s]+(\d+)/;

export const timeoutsAreInOrder = defineCheck({
  id: 'CC-39',
  stage: 'files',
  level: 'warning',
  title: 'nginx waits as long as the app server, which waits as long as SageMaker: 60 s',
  look(image) {
    const complaints: Complaint[] = [];
    const complain = (where: string, what: string) =>
      complaints.push({
        where,
        what: `${what}: a slower answer becomes a 502 or 504`,
        fix: 'order them: nginx at least the app server’s, that at least 60 s',
      });
    const apps = ownTexts(image).flatMap((file) => {
      const seconds = /gunicorn/.test(file.text) ? appTimeout.exec(file.text)?.[1] : undefined;
      return seconds === undefined ? [] : [{ seconds: Number(seconds), where: placeOf(file, appTimeout) }];
    });
    const longest = Math.max(platformSeconds, ...apps.map(({ seconds }) => seconds));
    for (const { seconds, where } of apps) {
      if (seconds < platformSeconds) complain(where, `the app server gives up after ${seconds} s, SageMaker after ${platformSeconds} s`);
    }
    for (const file of nginxFiles(image)) {
      const seconds = readTimeoutOf(file.text);
      const who = longest > platformSeconds ? `the app server after ${longest} s` : `SageMaker after ${platformSeconds} s`;
      if (seconds < longest) complain(placeOf(file, /proxy_read_timeout/), `nginx gives up after ${seconds} s (proxy_read_timeout), ${who}`);
    }
    return complaints;
  },
});
