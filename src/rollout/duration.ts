import * as z from 'zod/mini';

const secondsIn = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of a duration such as `90s`, `6m`, `1h30m` or `7d`; undefined where the text is none. */
export function toSeconds(text: string): number | undefined {
  if (!/^(\d+[smhd])+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhd])/g)) seconds += Number(count) * secondsIn[unit as keyof typeof secondsIn]; // The pattern admits these four units only.
  return seconds;
}

/** `5400` -> `1h30m`. Whole seconds, >= 0. */
export function toDuration(seconds: number): string {
  if (seconds === 0) return '0s';
  let rest = Math.round(seconds);
  let text = '';
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    if (rest >= size) {
      text += `${Math.floor(rest / size)}${unit}`;
      rest %= size;
    }
  }
  return text;
}

const durationExpected = 'Expected a duration such as 90s, 6m, 1h30m or 7d';

/** Days a duration may have at most. A year is what an execution of AWS Step Functions may last; what is longer is a slip of the pen. */
const longestDays = 365;

/** A duration as people write it (`90s`, `6m`, `1h30m`, `7d`), 365 days at most; seconds once parsed. */
export const Duration = z
  .pipe(
    // What is no duration has no length: checks of the whole wait until it is one.
    z.string(durationExpected).check(z.regex(/^(\d+[smhd])+$/, { error: durationExpected, abort: true })),
    z.transform((text) => toSeconds(text) ?? 0),
  )
  // One bound is enough to be told of: a field's own are judged within it.
  .check(z.refine((seconds) => seconds <= longestDays * secondsIn.d, { error: `Expected at most ${longestDays}d`, abort: true }));
