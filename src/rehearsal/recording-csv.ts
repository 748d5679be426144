import type { Recorded, Recording } from './recording.ts';

/** A flaw of a table, where it stands; lines and columns count from 1. */
interface Flaw {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const required = ['at', 'variant', 'requests', 'errors'] as const;
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const minuteMs = 60_000;
const mostFlaws = 20;

/**
 * A recording of a CSV: `at,variant,requests,errors`, and `slow_<milliseconds>` for requests that took longer, in any order; a line a
 * variant and period. Periods of 10 s where two of them lie closer than a minute, else of 60 s.
 *
 * @param window what of it counts, epoch milliseconds, end exclusive
 */
export function recordingOfCsv(
  text: string,
  window: { readonly startMs: number; readonly endMs: number },
): Recording | { readonly flaws: readonly Flaw[] } {
  const flaws: Flaw[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = cellsOf(lines[0] ?? '');
  const say = (line: number, column: number, message: string) => void flaws.push({ line, column, message });
  for (const name of required)
    if (!header.some((cell) => cell.text === name))
      say(1, 1, `missing column "${name}"; expected at, variant, requests, errors and slow_<milliseconds>`);
  const thresholds = header.flatMap(({ text: name, column }, index) => {
    const [, ms] = /^slow_(\d+(?:\.\d+)?)$/.exec(name) ?? [];
    if (ms === undefined && !required.some((known) => known === name))
      say(1, column, `unknown column "${name}"; expected at, variant, requests, errors or slow_<milliseconds>`);
    return ms === undefined ? [] : [{ ms: Number(ms), index }];
  });
  if (flaws.length > 0) return { flaws };
  thresholds.sort((a, b) => a.ms - b.ms);
  const place = Object.fromEntries(required.map((name) => [name, header.findIndex((cell) => cell.text === name)])) as Record<
    (typeof required)[number],
    number
  >; // One entry a name.

  const variants = new Map<string, Map<number, Recorded>>();
  const times = new Set<number>();
  for (const [index, raw] of lines.entries()) {
    if (index === 0 || raw.trim() === '') continue;
    const line = index + 1;
    const cells = cellsOf(raw);
    if (cells.length !== header.length) {
      say(line, 1, `got ${cells.length} columns; expected ${header.length}`);
      continue;
    }
    const number = (at: number, most?: number): number => {
      const cell = cells[at] ?? { text: '', column: 1 };
      const value = Number(cell.text);
      if (!/^\d+(\.0+)?$/.test(cell.text)) say(line, cell.column, `got ${header[at]?.text} "${cell.text}"; expected a whole number, 0 or more`);
      else if (most !== undefined && value > most)
        say(line, cell.column, `got ${header[at]?.text} ${value}; expected at most the line's ${most} requests`);
      return value;
    };
    const when = cells[place.at] ?? { text: '', column: 1 };
    const atMs = Date.parse(when.text);
    if (!iso.test(when.text) || Number.isNaN(atMs) || atMs % 10_000 !== 0)
      say(line, when.column, `got at "${when.text}"; expected the period's start as 2026-11-22T12:00:00Z, on whole ten seconds`);
    const variant = cells[place.variant];
    if (!variant || variant.text === '') say(line, variant?.column ?? 1, 'got no variant; expected its name');
    const requests = number(place.requests);
    const errors = number(place.errors, requests);
    const slow = thresholds.map(({ index: at }) => number(at, requests));
    if (flaws.length >= mostFlaws) break;
    if (!variant || requests === 0 || atMs < window.startMs || atMs >= window.endMs) continue;
    const periods = variants.get(variant.text) ?? new Map<number, Recorded>();
    if (periods.has(atMs)) say(line, when.column, `variant "${variant.text}" has a line for ${when.text} already; expected one a period`);
    periods.set(atMs, { requests, errors, slow });
    variants.set(variant.text, periods);
    times.add(atMs);
  }
  if (flaws.length > 0) return { flaws };
  const sorted = [...times].sort((a, b) => a - b);
  const close = sorted.some((atMs, index) => index > 0 && atMs - (sorted[index - 1] ?? 0) < minuteMs);
  const periodSeconds = close ? 10 : 60;
  const first = sorted[0] ?? window.startMs;
  const last = sorted.at(-1) ?? window.startMs;
  return {
    periodSeconds,
    startMs: Math.ceil(first / minuteMs) * minuteMs,
    endMs: last + periodSeconds * 1000,
    thresholdsMs: thresholds.map(({ ms }) => ms),
    // A table has one kind of errors: whichever its maker counted.
    errorMetrics: ['InvocationModelErrors', 'Invocation5XXErrors', 'Invocation4XXErrors'],
    variants,
  };
}

/** The cells of a line with the column each begins at; names of variants and numbers need no quotes. */
function cellsOf(line: string): { readonly text: string; readonly column: number }[] {
  let column = 1;
  return line.split(',').map((cell) => {
    const found = { text: cell.trim().replace(/^"(.*)"$/, '$1'), column };
    column += cell.length + 1;
    return found;
  });
}
