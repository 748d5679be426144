import { validationException } from '../aws-error.ts';

/** What every List call of SageMaker takes, whatever it lists. */
export interface ListInput {
  readonly SortBy?: string | undefined;
  readonly SortOrder?: string | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly NameContains?: string | undefined;
  readonly CreationTimeBefore?: Date | undefined;
  readonly CreationTimeAfter?: Date | undefined;
  readonly LastModifiedTimeBefore?: Date | undefined;
  readonly LastModifiedTimeAfter?: Date | undefined;
}

interface Listed {
  readonly name: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs?: number;
  readonly status?: string;
}

const defaultPage = 10;

/** A page token is opaque to callers: here, how many entries came before. */
const tokenOf = (offset: number) => Buffer.from(JSON.stringify({ offset })).toString('base64url');

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof parsed === 'object' && parsed !== null && 'offset' in parsed && Number.isSafeInteger(parsed.offset)) return Number(parsed.offset);
  } catch {
    // Falls through to the one answer for every token that isn't ours.
  }
  throw validationException('Invalid NextToken.');
}

const inWindow = (atMs: number, after: Date | undefined, before: Date | undefined): boolean =>
  (after === undefined || atMs > after.getTime()) && (before === undefined || atMs < before.getTime());

/**
 * One page: filtered by name and windows, sorted (by creation time unless asked otherwise), ties by name.
 *
 * @param defaultOrder the call's own default; Descending for endpoints, configurations and models
 */
export function page<T extends Listed>(
  resources: Iterable<T>,
  input: ListInput,
  defaultOrder: 'Ascending' | 'Descending',
): { readonly items: readonly T[]; readonly nextToken: { readonly NextToken?: string } } {
  const fitting = [...resources].filter(
    (item) =>
      (input.NameContains === undefined || item.name.toLowerCase().includes(input.NameContains.toLowerCase())) &&
      inWindow(item.createdAtMs, input.CreationTimeAfter, input.CreationTimeBefore) &&
      inWindow(item.modifiedAtMs ?? item.createdAtMs, input.LastModifiedTimeAfter, input.LastModifiedTimeBefore),
  );
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const compare = (a: T, b: T): number => {
    const first = input.SortBy === 'Name' ? 0 : input.SortBy === 'Status' ? byText(a.status ?? '', b.status ?? '') : a.createdAtMs - b.createdAtMs;
    return first || byText(a.name, b.name);
  };
  const sign = (input.SortOrder ?? defaultOrder) === 'Ascending' ? 1 : -1;
  const sorted = fitting.sort((a, b) => sign * compare(a, b));
  const offset = offsetOf(input.NextToken);
  const size = input.MaxResults ?? defaultPage;
  const end = offset + size;
  return { items: sorted.slice(offset, end), nextToken: end < sorted.length ? { NextToken: tokenOf(end) } : {} };
}
