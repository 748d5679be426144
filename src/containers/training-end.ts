import { constants } from 'node:os';
import { contract } from './contract.ts';

/** How a container's first process ended: with a code, or by a signal. */
export interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** The exit code as a shell counts it: 128 + the signal's number where a signal ended the process. */
export const exitCodeOf = ({ exitCode, signal }: Exit): number =>
  exitCode ?? 128 + (Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0);

/** What a code usually means on SageMaker, as far as one can tell from a number. */
const meanings: Readonly<Record<number, string>> = {
  1: 'a general error',
  2: 'often a program that refuses its arguments: it has to take the word train or serve',
  126: 'the program was found and is not executable',
  127: 'the program, or its interpreter, was not found',
};

/** The same of the signals that end containers, by number. */
const signalMeanings: Readonly<Record<number, string>> = {
  2: 'interrupted',
  4: 'illegal instruction: the processor lacks a feature the image was built for (AVX under emulation is a usual one)',
  6: 'aborted itself, mostly a failed assertion of a native library',
  9: 'killed, mostly because memory ran out; also what follows a SIGTERM that nobody heeds',
  11: 'segmentation fault, mostly native libraries that do not fit together',
  15: 'asked to end',
};

/** `exit code 137, SIGKILL: killed, mostly …`: an exit in words a person can act on. */
export function explainExit(exit: Exit, word: 'train' | 'serve'): string {
  const code = exitCodeOf(exit);
  const number = code > 128 ? code - 128 : undefined;
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  const ofToolkit = code === 1 && word === 'train' ? '; the training toolkit ends with 1 whatever the code of the script' : '';
  const meaning = number === undefined ? meanings[code] : signalMeanings[number];
  return `exit code ${code}${signal === undefined ? '' : `, ${signal}`}${meaning === undefined ? '' : `: ${meaning}${ofToolkit}`}`;
}

/** A failed job's `FailureReason`: what the container wrote into `/opt/ml/output/failure`, cut so that all fits into 1024 characters. */
export function failureReason(failureText: string, exitCode: number): string {
  const [head, tail] = ['AlgorithmError: ', `, exit code: ${exitCode}`];
  return `${head}${failureText.slice(0, contract.failureCharacters - head.length - tail.length)}${tail}`;
}
