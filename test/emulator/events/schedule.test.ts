import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../src/emulator/events/schedule.ts';

// A Sunday.
const from = Date.parse('2026-11-22T10:00:00Z');
const next = (expression: string, afterMs = from) => {
  const atMs = parseSchedule(expression).next(afterMs);
  return atMs === undefined ? undefined : new Date(atMs).toISOString().slice(0, 16);
};

describe('parseSchedule()', () => {
  // The first nine are AWS's own examples; the dates are the calendar's.
  it.each([
    ['cron(0 10 * * ? *)', '2026-11-23T10:00'],
    ['cron(15 12 * * ? *)', '2026-11-22T12:15'],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-23T18:00'],
    ['cron(0 8 1 * ? *)', '2026-12-01T08:00'],
    ['cron(0/15 * * * ? *)', '2026-11-22T10:15'],
    ['cron(0/10 * ? * MON-FRI *)', '2026-11-23T00:00'],
    ['cron(0/5 8-17 ? * MON-FRI *)', '2026-11-23T08:00'],
    ['cron(0/30 20-23 ? * MON-FRI *)', '2026-11-23T20:00'],
    ['cron(0/30 0-2 ? * MON-FRI *)', '2026-11-23T00:00'],
    ['cron(0 8 ? * 2#1 *)', '2026-12-07T08:00'],
    ['cron(0 9 L * ? *)', '2026-11-30T09:00'],
    ['cron(0 12 ? * 6L *)', '2026-11-27T12:00'],
    ['cron(30 6 ? * 1 *)', '2026-11-29T06:30'],
    ['cron(0 9 1W 5 ? *)', '2027-05-03T09:00'],
    ['cron(0 9 1W 8 ? *)', '2027-08-02T09:00'],
    ['cron(0 0 29 2 ? *)', '2028-02-29T00:00'],
    ['cron(0 0 1 JAN ? 2030)', '2030-01-01T00:00'],
    ['cron(0 0 30 2 ? *)', undefined],
    ['cron(0 0 1 1 ? 2020)', undefined],
  ])('%s is next due at %s', (expression, due) => expect(next(expression)).toBe(due));

  it('is due strictly later than asked', () => {
    expect(next('cron(0 10 * * ? *)', from - 1)).toBe('2026-11-22T10:00');
    expect(next('cron(0 10 * * ? *)', from)).toBe('2026-11-23T10:00');
  });

  it.each([
    ['rate(1 minute)', '2026-11-22T10:01'],
    ['rate(5 minutes)', '2026-11-22T10:05'],
    ['rate(2 hours)', '2026-11-22T12:00'],
    ['rate(1 day)', '2026-11-23T10:00'],
  ])('%s is next due at %s', (expression, due) => expect(next(expression)).toBe(due));

  // What AWS refused in recordings, and what it documents for the day fields.
  it.each([
    'rate(10 seconds)',
    'rate(10 years)',
    'rate(1 minutes)',
    'rate(1 days)',
    'rate(10 minute)',
    'rate()',
    'rate(10)',
    'rate(10 minutess)',
    'rate(foo minutes)',
    'rate(0 minutes)',
    'rate(-10 minutes)',
    'rate(10 MINUTES)',
    'rate( 10 minutes )',
    ' rate(10 minutes)',
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(0 10 * * ?)',
    'cron(60 * * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 10 32 * ? *)',
    'cron(0 10 ? * 8 *)',
    'at(2026-11-22T10:00:00)',
  ])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression)).toThrow('Parameter ScheduleExpression is not valid.');
  });
});
