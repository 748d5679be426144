import { type AwsError, validationException } from '../aws-error.ts';
import { parseCron, type Schedule } from './cron.ts';

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const isUnit = (word: string): word is keyof typeof unitMs => Object.hasOwn(unitMs, word);

const notValid = (): AwsError => validationException('Parameter ScheduleExpression is not valid.');

/**
 * Reads a rule's schedule: `rate(5 minutes)`, counted from when the rule is made or enabled, or `cron(...)` in UTC.
 *
 * A rate of 1 takes the singular, any other the plural; letter case and blanks matter, as AWS has it.
 *
 * @throws AwsError `ValidationException`
 */
export function parseSchedule(expression: string): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rate) {
    const [, count = '', unit = '', plural = ''] = rate;
    const value = Number(count);
    if (value < 1 || !isUnit(unit) || (value === 1) !== (plural === '')) throw notValid();
    return { next: (afterMs) => afterMs + value * unitMs[unit] };
  }
  const cron = /^cron\((.+)\)$/.exec(expression);
  const schedule = cron?.[1] === undefined ? undefined : parseCron(cron[1]);
  if (!schedule) throw notValid();
  return schedule;
}
