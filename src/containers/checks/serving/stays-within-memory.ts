import { defineCheck } from '../check.ts';
import { lastLines, type ServingSeen } from './seen.ts';
import { codeOf } from './words.ts';

const workerKilled = /Worker.*was sent SIGKILL|out of memory|oom-?kill/i;

/** Killed, and not by us: what the kernel does with who takes too much memory. */
export const wasKilled = ({ ended, log }: ServingSeen): boolean =>
  (ended !== undefined && codeOf(ended) === 137) || log.some((line) => workerKilled.test(line));

export const staysWithinMemory = defineCheck({
  id: 'CC-48',
  stage: 'serving',
  level: 'warning',
  title: 'Workers fit into the memory',
  look: (seen) =>
    wasKilled(seen)
      ? [
          {
            what: `${seen.ended && codeOf(seen.ended) === 137 ? `serve was killed after ${Math.round(seen.ended.afterMs)} ms` : 'a worker was killed'}: mostly out of memory`,
            fix: 'fewer workers (SAGEMAKER_MODEL_SERVER_WORKERS, MODEL_SERVER_WORKERS), or a larger instance',
            evidence: lastLines([...seen.log.filter((line) => workerKilled.test(line)), ...seen.log.slice(-2)]),
          },
        ]
      : [],
});
