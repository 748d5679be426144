/** How CloudWatch writes numbers, dates and JSON: as Java does. */

/** A number as Java writes a double: `21.5`, `2.0`, `1.0E7`. */
export function doubleText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-3 && magnitude < 1e7)) return Number.isInteger(value) ? `${value}.0` : `${value}`;
  const [digits = '0', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** A number that JSON shall show as a double. */
export interface Double {
  readonly double: number;
}
export const double = (value: number): Double => ({ double: value });

export type JsonValue = string | number | boolean | null | undefined | Double | readonly JsonValue[] | { readonly [key: string]: JsonValue };

const isDouble = (value: object): value is Double => 'double' in value;

/** JSON text in the order given; `undefined` members are left out. */
export function jsonText(value: JsonValue): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => jsonText(item)).join(',')}]`;
  if (isDouble(value)) return doubleText(value.double);
  return `{${Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`)
    .join(',')}}`;
}

/** `2026-10-05T09:06:40.100+0000`. */
export const timestampText = (atMs: number): string => new Date(atMs).toISOString().replace('Z', '+0000');

/** `05/10/26 09:05:00`, day first, as in an alarm's reason. */
export function reasonDate(atMs: number): string {
  const iso = new Date(atMs).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** `Monday 05 October, 2026 09:14:40 UTC`. */
export function longDate(atMs: number): string {
  const date = new Date(atMs);
  const iso = date.toISOString();
  return `${weekdays[date.getUTCDay()]} ${iso.slice(8, 10)} ${months[date.getUTCMonth()]}, ${iso.slice(0, 4)} ${iso.slice(11, 19)} UTC`;
}
