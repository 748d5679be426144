import type { Ended, Exchange } from './seen.ts';

/** `404 after 3 ms`, or why there was no answer. */
export const told = ({ status, error, ms }: Exchange): string => (status === 0 ? (error ?? 'no answer') : `${status} after ${Math.round(ms)} ms`);

/** What a code usually means, where it means anything. */
export const codeMeanings: Readonly<Record<number, string>> = {
  126: 'not executable',
  127: 'not found',
  132: 'illegal instruction: the processor lacks what the program was built for',
  137: 'killed, mostly out of memory',
  139: 'segmentation fault: a native library does not match',
};
const signalCodes: Readonly<Record<string, number>> = { SIGILL: 132, SIGKILL: 137, SIGSEGV: 139 };

/** An end as the exit code Docker would give it; undefined for a signal without one here. */
export const codeOf = ({ exitCode, signal }: Pick<Ended, 'exitCode' | 'signal'>): number | undefined =>
  exitCode ?? (signal === null ? undefined : signalCodes[signal]);

/** `exit code 137 (killed, mostly out of memory)`. */
export function endText(end: Pick<Ended, 'exitCode' | 'signal'>): string {
  const code = codeOf(end);
  if (code === undefined) return `signal ${end.signal ?? ''}`;
  return `exit code ${code}${codeMeanings[code] ? ` (${codeMeanings[code]})` : ''}`;
}
