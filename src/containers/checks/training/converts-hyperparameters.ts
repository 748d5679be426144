import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { succeeded, type TrainingSeen } from './seen.ts';

/** What languages say of text where a number should be. */
const textForNumber =
  /TypeError|unsupported operand|must be (a )?real number|cannot be interpreted as an integer|can't multiply sequence|between instances of '(str|int|float)'/;

export const takesTextForNumbers = ({ plain }: TrainingSeen): boolean =>
  !succeeded(plain) && [...plain.log, plain.failure ?? ''].some((line) => textForNumber.test(line));

export const convertsHyperparameters = defineCheck({
  id: 'CC-61',
  stage: 'training',
  level: 'warning',
  title: 'train converts hyperparameters, which are all text',
  look: (seen) =>
    takesTextForNumbers(seen)
      ? [
          {
            what: `with every hyperparameter as text it failed: "${[...seen.plain.log, seen.plain.failure ?? ''].find((line) => textForNumber.test(line)) ?? ''}"`,
            fix: 'convert each (int(…), Number(…)), or read it as JSON and fall back to the text',
            evidence: lastLines(seen.plain.log),
          },
        ]
      : [],
});
