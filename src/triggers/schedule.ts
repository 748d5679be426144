import { Cron } from 'croner';
import * as z from 'zod/mini';
import { defineTrigger } from './trigger.ts';

/** How far back a tick looks: a few lost ones in a row lose no due time, and one that is seen twice is the same wish. */
const lookBackMs = 15 * 60_000;

const Event = z.object({ time: z.string(), detail: z.object({}) });

const parsed = (cron: string, timezone: string): Cron | undefined => {
  // croner also takes a date or a nickname such as @daily: a delivery says it one way.
  if (cron.trim().split(/\s+/).length !== 5) return undefined;
  try {
    return new Cron(cron, { timezone, paused: true, mode: '5-part' });
  } catch {
    return undefined;
  }
};

/** A leap year lies within croner's sight of it, so that the 29th of February comes. */
const anyDay = new Date('2026-01-01T00:00:00Z');

const isTimeZone = (timezone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const Spec = z.strictObject({
  type: z.literal('schedule'),
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: z.string().check(
    z.refine(
      (cron) => parsed(cron, 'UTC') !== undefined,
      'Expected five fields, minute, hour, day of month, month and day of week: "0 2 * * 1" is 02:00 on Mondays',
    ),
    z.refine((cron) => {
      const schedule = parsed(cron, 'UTC');
      return !schedule || schedule.nextRun(anyDay) !== null;
    }, 'Expected a time that comes: there is no such day'),
  ),
  /** Name of an IANA time zone; its summer time is honoured. */
  timezone: z._default(z.string().check(z.refine(isTimeZone, 'Expected the name of a time zone, such as Europe/Berlin')), 'UTC'),
});

/** The latest moment up to `nowMs` at which a schedule was due, epoch milliseconds; undefined where that is longer ago than a tick looks back. */
export function dueAt({ cron, timezone }: Pick<z.output<typeof Spec>, 'cron' | 'timezone'>, nowMs: number): number | undefined {
  const schedule = parsed(cron, timezone);
  let due: number | undefined;
  let from = nowMs - lookBackMs;
  for (;;) {
    const next = schedule?.nextRun(new Date(from))?.getTime();
    if (next === undefined || next > nowMs) return due;
    due = next;
    from = next;
  }
}

/** A clock: what serves is trained anew. */
export const schedule = defineTrigger({
  type: 'schedule',
  spec: Spec,
  schedule: 'rate(5 minutes)',
  pattern: { source: ['aws.events'], 'detail-type': ['Scheduled Event'] },
  event: Event,
  subjectOf: () => 'schedule',
  subjectsOf: () => ['schedule'],
  accepts: (spec, event) => dueAt(spec, Date.parse(event.time)) !== undefined,
  toRequest(event, spec) {
    const nowMs = Date.parse(event.time);
    const atMs = dueAt(spec, nowMs) ?? nowMs;
    const due = new Date(atMs).toISOString();
    return {
      kind: 'retrain',
      trigger: 'schedule',
      because: `due at ${due} by "${spec.cron}" in ${spec.timezone}`,
      occurredAtMs: atMs,
      dedupeKey: `schedule/${due}`,
    };
  },
});
