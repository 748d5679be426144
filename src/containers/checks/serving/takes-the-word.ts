import { defineCheck } from '../check.ts';
import { lastLines, type ServingSeen } from './seen.ts';
import { endText } from './words.ts';

/** What a program says that wants other arguments; 2 is the code of Python's argparse and of shells. */
export const refusedTheWord = ({ ended, readyMs, log }: ServingSeen): boolean =>
  ended !== undefined &&
  readyMs === undefined &&
  ended.exitCode !== 0 &&
  (ended.exitCode === 2 || log.some((line) => /^usage:/i.test(line))) &&
  log.some((line) => /usage:|unrecognized arguments|unknown (command|option|argument)|invalid choice/i.test(line));

export const takesTheWord = defineCheck({
  id: 'CC-15',
  stage: 'serving',
  level: 'error',
  title: 'The program takes the argument serve',
  look: (seen) =>
    refusedTheWord(seen) && seen.ended
      ? [
          {
            what: `it ended with ${endText(seen.ended)} after ${Math.round(seen.ended.afterMs)} ms and said how it wants to be called`,
            fix: 'accept the argument serve (and train), which SageMaker starts every image with',
            evidence: lastLines(seen.log),
          },
        ]
      : [],
});
