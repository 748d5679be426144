/** When a scheduled rule runs. */
export interface Schedule {
  /** Epoch ms of the first run after `afterMs`; `undefined` when there is none before the year 2200. */
  readonly next: (afterMs: number) => number | undefined;
}

/**
 * AWS's cron: minutes hours day-of-month month day-of-week year, in UTC.
 *
 * Differs from Unix: six fields, Sunday is 1, one of the two day fields must be `?`, and there are `L` (last), `W` (nearest weekday)
 * and `#` (the nth such weekday of the month).
 */

interface FieldRange {
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}
const minutes: FieldRange = { low: 0, high: 59, names: [] };
const hours: FieldRange = { low: 0, high: 23, names: [] };
const daysOfMonth: FieldRange = { low: 1, high: 31, names: [] };
const months: FieldRange = {
  low: 1,
  high: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const daysOfWeek: FieldRange = { low: 1, high: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };
const years: FieldRange = { low: 1970, high: 2199, names: [] };

/** Whether a day of a month is meant. */
type DayRule = (day: CalendarDay) => boolean;
interface CalendarDay {
  readonly dayOfMonth: number;
  /** 1 is Sunday. */
  readonly dayOfWeek: number;
  readonly daysInMonth: number;
  /** Day of the week of the 1st, 1 is Sunday. */
  readonly firstDayOfWeek: number;
}

/** @returns `undefined` where the text is not what AWS accepts */
export function parseCron(text: string): Schedule | undefined {
  const fields = text.split(' ');
  if (fields.length !== 6) return undefined;
  const [minuteText = '', hourText = '', dayText = '', monthText = '', weekdayText = '', yearText = ''] = fields;
  // AWS refuses a value or a star in both day fields: one of them has to say that it does not care.
  if ((dayText === '?') === (weekdayText === '?')) return undefined;
  const minuteSet = valuesOf(minuteText, minutes);
  const hourSet = valuesOf(hourText, hours);
  const monthSet = valuesOf(monthText, months);
  const yearSet = valuesOf(yearText, years);
  const dayRule = weekdayText === '?' ? dayOfMonthRule(dayText) : dayOfWeekRule(weekdayText);
  if (!minuteSet || !hourSet || !monthSet || !yearSet || !dayRule) return undefined;
  const timesOfDay = [...hourSet].sort((a, b) => a - b).flatMap((hour) => [...minuteSet].sort((a, b) => a - b).map((minute) => hour * 60 + minute));
  return {
    next(afterMs) {
      const after = new Date(afterMs);
      for (let year = after.getUTCFullYear(); year <= years.high; year++) {
        if (!yearSet.has(year)) continue;
        for (let month = 1; month <= 12; month++) {
          if (!monthSet.has(month) || Date.UTC(year, month) <= afterMs) continue;
          const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
          const firstDayOfWeek = new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 1;
          for (let dayOfMonth = 1; dayOfMonth <= daysInMonth; dayOfMonth++) {
            const dayMs = Date.UTC(year, month - 1, dayOfMonth);
            if (dayMs + 86_400_000 <= afterMs) continue;
            const dayOfWeek = ((firstDayOfWeek - 1 + dayOfMonth - 1) % 7) + 1;
            if (!dayRule({ dayOfMonth, dayOfWeek, daysInMonth, firstDayOfWeek })) continue;
            const minuteOfDay = timesOfDay.find((minute) => dayMs + minute * 60_000 > afterMs);
            if (minuteOfDay !== undefined) return dayMs + minuteOfDay * 60_000;
          }
        }
      }
      return undefined;
    },
  };
}

function numberOf(text: string, range: FieldRange): number | undefined {
  const named = range.names.indexOf(text.toUpperCase());
  if (named !== -1) return named + range.low;
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= range.low && value <= range.high ? value : undefined;
}

/** The values of a list of numbers, ranges and steps; a range may wrap round, as `FRI-MON`. */
function valuesOf(text: string, range: FieldRange): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [spanText = '', stepText, ...more] = part.split('/');
    if (more.length > 0) return undefined;
    const step = stepText === undefined ? 1 : Number(stepText);
    if (stepText !== undefined && (!/^\d+$/.test(stepText) || step < 1)) return undefined;
    let low: number | undefined;
    let high: number | undefined;
    if (spanText === '*') {
      [low, high] = [range.low, range.high];
    } else if (spanText.includes('-')) {
      const [lowText = '', highText = '', ...rest] = spanText.split('-');
      if (rest.length > 0) return undefined;
      [low, high] = [numberOf(lowText, range), numberOf(highText, range)];
    } else {
      low = numberOf(spanText, range);
      // `0/15` runs from 0 to the end; a lone `5` is only itself.
      high = stepText === undefined ? low : range.high;
    }
    if (low === undefined || high === undefined) return undefined;
    const size = range.high - range.low + 1;
    const end = high >= low ? high : high + size;
    for (let value = low; value <= end; value += step) values.add(((value - range.low) % size) + range.low);
  }
  return values;
}

function dayOfMonthRule(text: string): DayRule | undefined {
  if (text === 'L') return (day) => day.dayOfMonth === day.daysInMonth;
  if (text === 'LW') return (day) => day.dayOfMonth === nearestWeekday(day.daysInMonth, day);
  const weekday = /^(\d{1,2})W$/.exec(text);
  if (weekday) {
    const wanted = numberOf(weekday[1] ?? '', daysOfMonth);
    if (wanted === undefined) return undefined;
    return (day) => wanted <= day.daysInMonth && day.dayOfMonth === nearestWeekday(wanted, day);
  }
  const values = valuesOf(text, daysOfMonth);
  return values && ((day) => values.has(day.dayOfMonth));
}

/** The Monday-to-Friday day nearest to `wanted` in the same month. */
function nearestWeekday(wanted: number, month: Pick<CalendarDay, 'daysInMonth' | 'firstDayOfWeek'>): number {
  const dayOfWeek = ((month.firstDayOfWeek - 1 + wanted - 1) % 7) + 1;
  if (dayOfWeek === 7) return wanted > 1 ? wanted - 1 : wanted + 2;
  if (dayOfWeek === 1) return wanted < month.daysInMonth ? wanted + 1 : wanted - 2;
  return wanted;
}

function dayOfWeekRule(text: string): DayRule | undefined {
  if (text.toUpperCase() === 'L') return (day) => day.dayOfWeek === 7;
  const last = /^(\w{1,3})L$/i.exec(text);
  if (last) {
    const wanted = numberOf(last[1] ?? '', daysOfWeek);
    return wanted === undefined ? undefined : (day) => day.dayOfWeek === wanted && day.dayOfMonth + 7 > day.daysInMonth;
  }
  const nth = /^(\w{1,3})#([1-5])$/.exec(text);
  if (nth) {
    const wanted = numberOf(nth[1] ?? '', daysOfWeek);
    const which = Number(nth[2]);
    return wanted === undefined ? undefined : (day) => day.dayOfWeek === wanted && Math.ceil(day.dayOfMonth / 7) === which;
  }
  const values = valuesOf(text, daysOfWeek);
  return values && ((day) => values.has(day.dayOfWeek));
}
