import { AwsError } from '../aws-error.ts';

/** Most results a page may have, and what a page has when none are asked for. */
export const pageLimits = { maxResults: { min: 0, max: 1_000 }, nextToken: { min: 1, max: 1_024 } } as const;
const defaultPage = 100;

/**
 * One page of a list; the token says where the next begins.
 *
 * @param maxResults 0 asks for the default of 100
 * @throws AwsError `InvalidToken` for a token that is none of ours
 */
export function pageOf<T>(list: readonly T[], maxResults: number | undefined, token: string | undefined): { items: T[]; nextToken?: string } {
  const from = token === undefined ? 0 : Number(/^from:(\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8'))?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  const to = from + (maxResults || defaultPage);
  const items = list.slice(from, to);
  return to < list.length ? { items, nextToken: Buffer.from(`from:${to}`, 'utf8').toString('base64') } : { items };
}
