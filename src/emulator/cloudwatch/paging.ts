import { invalidNextToken } from './errors.ts';

const prefix = 'cloudwatch/';

/** A token that stands for a place in a list. */
export const tokenAt = (place: number | string): string => Buffer.from(`${prefix}${place}`).toString('base64');

/** @throws AwsError `InvalidNextToken` for a token that isn't ours */
export function placeOf(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith(prefix)) throw invalidNextToken();
  return text.slice(prefix.length);
}

/** The index a token stands for; 0 without one. */
export function indexOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const index = Number(placeOf(token));
  if (!Number.isInteger(index) || index < 0) throw invalidNextToken();
  return index;
}
