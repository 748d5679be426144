import { createHash } from 'node:crypto';
import type { Draft, Entry } from './entry.ts';

/** Where a chain stands: what its next entry hangs on. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export const emptyChain: Head = { seq: 0, hash: '0'.repeat(64) };

/** JSON with sorted keys and without undefined members: same value, same text, before and after it was stored as JSON. */
export function canonicalJson(value: unknown): string {
  // Stored it is text, and its hash must not change by that.
  if (value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const hashOf = (entry: Entry): string => sha256(canonicalJson({ ...entry, hash: undefined }));

/** Hangs drafts on a chain. @param nowMs epoch milliseconds, the moment of the decision */
export function append(head: Head, drafts: readonly Draft[], nowMs: number): { readonly entries: readonly Entry[]; readonly head: Head } {
  const entries: Entry[] = [];
  let last = head;
  for (const draft of drafts) {
    const unhashed: Entry = { ...draft, seq: last.seq + 1, at: new Date(nowMs).toISOString(), prev: last.hash, hash: '' };
    const entry = { ...unhashed, hash: hashOf(unhashed) };
    entries.push(entry);
    last = { seq: entry.seq, hash: entry.hash };
  }
  return { entries, head: last };
}

/**
 * The first thing wrong with a chain, in words; undefined when it is whole.
 *
 * @param head where the chain should end, as the rollout remembers it; without it entries missing at the end go unseen
 */
export function flawOf(entries: readonly Entry[], head?: Head): string | undefined {
  let last = emptyChain;
  for (const entry of entries) {
    if (entry.seq !== last.seq + 1) return `Entry ${entry.seq} follows entry ${last.seq}: one is missing or out of place`;
    if (entry.prev !== last.hash) return `Entry ${entry.seq} does not hang on entry ${last.seq}: its "prev" is another hash`;
    if (hashOf(entry) !== entry.hash) return `Entry ${entry.seq} was changed after it was written: its hash does not fit its content`;
    last = { seq: entry.seq, hash: entry.hash };
  }
  if (head && (head.seq !== last.seq || head.hash !== last.hash))
    return `Entry ${last.seq} is the last one found, the rollout remembers entry ${head.seq}`;
  return undefined;
}
