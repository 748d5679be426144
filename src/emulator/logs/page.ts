import { AwsError } from '../aws-error.ts';

/** A page of a list, and the token of the next; a token is where a page begins. */
export function pageOf<Thing>(
  things: readonly Thing[],
  token: string | undefined,
  limit: number,
): { readonly page: Thing[]; readonly next: { nextToken?: string } } {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from) || from < 0) throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  const to = from + limit;
  return { page: things.slice(from, to), next: to < things.length ? { nextToken: String(to) } : {} };
}
