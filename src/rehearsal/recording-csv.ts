import { momentOf } from './moment.ts';
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
/** In one period: ten million a second for a minute and more. */
const mostRequests = 1_000_000_000;

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
  for (const [index, { text: name, column }] of header.entries())
    if (header.findIndex((cell) => cell.text === name) < index) say(1, column, `column "${name}" is there twice; expected once`);
  if (flaws.length > 0) return { flaws };
  thresholds.sort((a, b) => a.ms - b.ms);
  const place = Object.fromEntries(required.map((name) => [name, header.findIndex((cell) => cell.text === name)])) as Record<
    (typeof required)[number],
    number
  >; // One entry a name.

  const variants = new Map<string, Map<number, Recorded>>();
  /** Each period that a line is about, none with requests among them, and where it stands first. */
  const times = new Map<number, { readonly line: number; readonly column: number }>();
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
      else if (value > mostRequests) say(line, cell.column, `got ${header[at]?.text} ${cell.text}; expected at most ${mostRequests}`);
      else if (most !== undefined && value > most)
        say(line, cell.column, `got ${header[at]?.text} ${value}; expected at most the line's ${most} requests`);
      return value;
    };
    const when = cells[place.at] ?? { text: '', column: 1 };
    const atMs = momentOf(when.text);
    if (!iso.test(when.text) || Number.isNaN(atMs) || atMs % 10_000 !== 0)
      say(line, when.column, `got at "${when.text}"; expected the period's start as 2026-11-22T12:00:00Z, on whole ten seconds`);
    const variant = cells[place.variant];
    if (!variant || variant.text === '') say(line, variant?.column ?? 1, 'got no variant; expected its name');
    const requests = number(place.requests);
    const errors = number(place.errors, requests);
    const slow = thresholds.map(({ index: at }) => number(at, requests));
    for (const [place, count] of slow.entries()) {
      const before = slow[place - 1] ?? count;
      const at = thresholds[place]?.index ?? 0;
      if (count > before)
        say(line, cells[at]?.column ?? 1, `got ${header[at]?.text} ${count}; expected at most the ${before} that took longer than less`);
    }
    if (flaws.length >= mostFlaws) break;
    if (!variant || atMs < window.startMs || atMs >= window.endMs) continue;
    if (!times.has(atMs)) times.set(atMs, { line, column: when.column });
    if (requests === 0) continue;
    const periods = variants.get(variant.text) ?? new Map<number, Recorded>();
    if (periods.has(atMs)) say(line, when.column, `variant "${variant.text}" has a line for ${when.text} already; expected one a period`);
    periods.set(atMs, { requests, errors, slow });
    variants.set(variant.text, periods);
  }
  if (flaws.length > 0) return { flaws };
  const sorted = [...times.keys()].sort((a, b) => a - b);
  const apart = sorted.slice(1).map((atMs, index) => atMs - (sorted[index] ?? 0));
  const periodSeconds = apart.some((ms) => ms < minuteMs) ? 10 : 60;
  const [, ...laterLines] = times.values();
  // All apart by more than a period: what looks like gaps is a longer period, whose requests would all come in its first minute.
  const commonMs = apart.reduce(divisor, 0);
  if (apart.length >= 2 && commonMs !== periodSeconds * 1000)
    return {
      flaws: [
        {
          ...(laterLines[0] ?? { line: 1, column: 1 }),
          message: `periods are ${commonMs / 1000} s apart; expected 60 s, or 10 s; where they are and nothing was asked, write lines with 0 requests`,
        },
      ],
    };
  if (periodSeconds === 60)
    for (const [atMs, place] of times)
      if (atMs % minuteMs !== 0)
        return { flaws: [{ ...place, message: `got ${new Date(atMs).toISOString()}; expected periods of 60 s to begin on whole minutes` }] };
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

/** Greatest common divisor. */
const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** The cells of a line with the column each begins at; names of variants and numbers need no quotes. */
function cellsOf(line: string): { readonly text: string; readonly column: number }[] {
  let column = 1;
  return line.split(',').map((cell) => {
    const found = { text: cell.trim().replace(/^"(.*)"$/, '$1'), column };
    column += cell.length + 1;
    return found;
  });
}
