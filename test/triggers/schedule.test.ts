import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { dueAt, schedule } from '../../src/triggers/schedule.ts';
import { eventOf, sample } from './samples.ts';

const minuteMs = 60_000;
const wish = (fields: { readonly cron: string; readonly timezone?: string }) => z.parse(schedule.spec, { type: 'schedule', ...fields });
const tick = (time: string) => z.parse(schedule.event, { ...sample('events-scheduled-rule'), time });
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
/** What a tick at each of these moments finds due. */
const seen = (spec: ReturnType<typeof wish>, ...times: readonly string[]) => times.map((time) => iso(dueAt(spec, Date.parse(time))));

/** Every minute of three days on the wall clock of a zone, by Intl: it knows time zones on its own. */
function wallClock(timeZone: string, fromMs: number) {
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return Array.from({ length: 3 * 24 * 60 }, (_, minute) => {
    const atMs = fromMs + minute * minuteMs;
    const [date = '', time = ''] = format.format(atMs).split(' ');
    return { atMs, date, time };
  });
}
/** Days on which some zone changes its clock, and one on which none does. */
const days = [
  '2026-03-28T06:00:00Z',
  '2026-10-24T06:00:00Z',
  '2026-03-07T12:00:00Z',
  '2026-10-31T12:00:00Z',
  '2026-04-04T00:00:00Z',
  '2026-07-14T00:00:00Z',
];
const walls = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'].flatMap((timezone) =>
  days.map((day) => ({ timezone, minutes: wallClock(timezone, Date.parse(day)) })),
);

describe('dueAt()', () => {
  test.each(['02:00:00', '02:00:01', '02:04:59', '02:14:59'])('is the due time for a tick at %s, up to 15 minutes after it', (time) => {
    expect(seen(wish({ cron: '0 2 * * 1' }), `2026-10-05T${time}Z`)).toEqual(['2026-10-05T02:00:00.000Z']);
  });

  test.each(['2026-10-05T01:59:59Z', '2026-10-05T02:15:00Z', '2026-10-06T02:00:00Z'])('is undefined for a tick at %s', (time) => {
    expect(seen(wish({ cron: '0 2 * * 1' }), time)).toEqual([undefined]);
  });

  test('is the latest of several times within one look back', () => {
    expect(seen(wish({ cron: '*/4 * * * *' }), '2026-10-05T02:13:00Z')).toEqual(['2026-10-05T02:12:00.000Z']);
  });

  // The nights of 29 March and 25 October 2026 in Germany: 02:00 becomes 03:00, and 03:00 becomes 02:00.
  test.each([
    ['a time before the missing hour', '30 1 * * *', '2026-03-29T00:30:00Z', '2026-03-29T00:30:00.000Z'],
    ['a time in the missing hour, when that is over', '30 2 * * *', '2026-03-29T01:05:00Z', '2026-03-29T01:00:00.000Z'],
    ['not again half an hour later', '30 2 * * *', '2026-03-29T01:30:00Z', undefined],
    ['steps in the missing hour: none', '*/20 2 * * *', '2026-03-29T01:05:00Z', undefined],
    ['every hour, over the missing one', '0 * * * *', '2026-03-29T01:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['the hour that comes twice, the first time', '30 2 * * *', '2026-10-25T00:30:00Z', '2026-10-25T00:30:00.000Z'],
    ['not the second time', '30 2 * * *', '2026-10-25T01:30:00Z', undefined],
    ['every hour, the first', '0 * * * *', '2026-10-25T00:00:00Z', '2026-10-25T00:00:00.000Z'],
    ['every hour, the second', '0 * * * *', '2026-10-25T01:00:00Z', '2026-10-25T01:00:00.000Z'],
  ])('honours summer time: %s', (_what, cron, time, due) => {
    expect(seen(wish({ cron, timezone: 'Europe/Berlin' }), time)).toEqual([due]);
  });

  test('loses no due time and doubles none, however ticks are late, lost or repeated, as long as 15 minutes never pass without one', () => {
    const time = fc.record({ hour: fc.nat({ max: 23 }), minute: fc.nat({ max: 59 }) });
    const gapsMs = fc.array(
      fc.oneof(
        fc.constant(5 * minuteMs),
        fc.nat({ max: 900 }).map((seconds) => seconds * 1_000),
      ),
      { minLength: 150, maxLength: 600 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...walls), time, gapsMs, ({ timezone, minutes }, { hour, minute }, gaps) => {
        const text = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
        // The first time each day: an hour that comes twice counts once.
        const onDay = new Map<string, number>();
        for (const { date, time: wall, atMs } of minutes) if (wall === text && !onDay.has(date)) onDay.set(date, atMs);
        // A time in a missing hour has a row of its own, above.
        fc.pre(new Set(minutes.map(({ date }) => date)).size - onDay.size <= 1);
        const fromMs = minutes[0]?.atMs ?? 0;
        const ticks = [fromMs];
        for (const gap of gaps) ticks.push((ticks.at(-1) ?? fromMs) + gap);
        const untilMs = Math.min(ticks.at(-1) ?? fromMs, minutes.at(-1)?.atMs ?? 0);

        const spec = wish({ cron: `${minute} ${hour} * * *`, timezone });
        const due = new Set(ticks.map((atMs) => dueAt(spec, atMs)).filter((atMs) => atMs !== undefined && atMs > fromMs && atMs <= untilMs));
        const wanted = [...onDay.values()].filter((atMs) => atMs > fromMs && atMs <= untilMs);
        expect([...due].map(iso)).toEqual(wanted.map(iso));
      }),
      // A failure is told as it was drawn: to shrink a walk through three days takes minutes.
      { numRuns: 150, endOnFailure: true },
    );
  });
});

describe('schedule', () => {
  const monday = wish({ cron: '0 2 * * 1', timezone: 'Europe/Berlin' });

  test('asks to train anew what serves, as of the due time', () => {
    expect(schedule.toRequest(tick('2026-10-05T00:03:12Z'), monday)).toEqual({
      kind: 'retrain',
      trigger: 'schedule',
      because: 'due at 2026-10-05T00:00:00.000Z by "0 2 * * 1" in Europe/Berlin',
      occurredAtMs: Date.parse('2026-10-05T00:00:00Z'),
      dedupeKey: 'schedule/2026-10-05T00:00:00.000Z',
    });
  });

  test('asks the same at every tick that sees the due time: one that comes after its rollout ended is no later wish', () => {
    const [first, ...others] = ['00:00:00', '00:05:01', '00:10:00'].map((time) => schedule.toRequest(tick(`2026-10-05T${time}Z`), monday));
    expect(others).toEqual([first, first]);
  });

  test('wants only ticks that see a due time', () => {
    expect(schedule.accepts(monday, tick('2026-10-05T00:05:00Z'))).toBe(true);
    expect(schedule.accepts(monday, tick('2026-10-05T00:20:00Z'))).toBe(false);
    expect(schedule.accepts(wish({ cron: '0 2 * * 1' }), tick('2026-10-05T00:05:00Z'))).toBe(false);
  });

  test('concerns every delivery with a schedule', () => {
    expect(schedule.subjectsOf(monday)).toEqual([schedule.subjectOf(eventOf(schedule, 'events-scheduled-rule'))]);
  });

  test.each(['0 2 * * 1', '*/15 0-6 1,15 * MON-FRI', '0 0 29 2 *', '0 2 * * 0', '0 2 * * 7'])('takes "%s"', (cron) => {
    expect(z.safeParse(schedule.spec, { type: 'schedule', cron }).success).toBe(true);
  });

  test.each([
    '',
    '* * * *',
    '0 0 2 * * *',
    '60 * * * *',
    '0 24 * * *',
    '@daily',
    '2026-10-05T02:00:00',
    'cron(0 2 * * ? *)',
    'rate(5 minutes)',
    'every monday',
  ])('refuses "%s", and says what a cron expression is', (cron) => {
    const [issue] = z.safeParse(schedule.spec, { type: 'schedule', cron }).error?.issues ?? [];
    expect(issue).toMatchObject({ path: ['cron'], message: expect.stringMatching(/^Expected five fields/) as string });
  });

  test.each(['0 0 31 2 *', '0 0 30 2 *', '0 0 31 4,6 *'])('refuses "%s": that day never comes', (cron) => {
    const [issue] = z.safeParse(schedule.spec, { type: 'schedule', cron }).error?.issues ?? [];
    expect(issue).toMatchObject({ path: ['cron'], message: expect.stringContaining('no such day') as string });
  });

  test.each(['', 'Mars/Olympus', 'Berlin', 'GMT+1'])('refuses the time zone "%s"', (timezone) => {
    const [issue] = z.safeParse(schedule.spec, { type: 'schedule', cron: '0 2 * * 1', timezone }).error?.issues ?? [];
    expect(issue).toMatchObject({ path: ['timezone'], message: 'Expected the name of a time zone, such as Europe/Berlin' });
  });
});
