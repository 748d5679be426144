import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, canonicalJson, emptyChain, flawOf } from '../../src/ledger/chain.ts';
import type { Draft, Entry } from '../../src/ledger/entry.ts';

const nowMs = Date.parse('2026-11-22T12:00:00Z');
const drafts: Draft[] = [
  { kind: 'requested', text: 'image pushed' },
  { kind: 'plan', text: '10 % -> 100 %', evidence: { steps: [{ canaryPercent: 10 }], nothing: undefined } },
  { kind: 'promoted', text: 'all of it', by: 'arn:aws:iam::111122223333:role/operator' },
  { kind: 'ended', text: 'Succeeded' },
];
const chain = () => append(emptyChain, drafts, nowMs);

describe('append()', () => {
  test('numbers entries from 1 and hangs each on the one before', () => {
    const { entries, head } = chain();
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(entries[0]?.prev).toBe('0'.repeat(64));
    expect(entries.slice(1).map(({ prev }) => prev)).toEqual(entries.slice(0, -1).map(({ hash }) => hash));
    expect(head).toEqual({ seq: 4, hash: entries[3]?.hash });
    expect(entries[0]?.at).toBe('2026-11-22T12:00:00.000Z');
  });

  test('hashes what anybody can hash again: SHA-256 of the other fields, keys sorted, no blanks', () => {
    const [first] = chain().entries;
    const text = `{"at":"2026-11-22T12:00:00.000Z","kind":"requested","prev":"${'0'.repeat(64)}","seq":1,"text":"image pushed"}`;
    expect(first?.hash).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test('goes on where another transaction ended', () => {
    const first = append(emptyChain, drafts.slice(0, 2), nowMs);
    const second = append(first.head, drafts.slice(2), nowMs);
    expect([...first.entries, ...second.entries]).toEqual(chain().entries);
  });
});

describe('flawOf()', () => {
  const stored = () => JSON.parse(JSON.stringify(chain().entries)) as Entry[]; // As it comes back from the table.

  test('finds nothing wrong with a chain that was stored and read', () => {
    expect(flawOf(stored(), chain().head)).toBeUndefined();
    expect(flawOf([])).toBeUndefined();
  });

  test('finds a changed text, moment, author or piece of evidence', () => {
    const change = (index: number, by: Partial<Entry>) => stored().map((entry, at) => (at === index ? { ...entry, ...by } : entry));
    for (const [index, by] of [
      [0, { text: 'nothing happened' }],
      [1, { evidence: { steps: [{ canaryPercent: 11 }] } }],
      [2, { by: 'arn:aws:iam::111122223333:role/somebody-else' }],
      [3, { at: '2026-11-22T12:00:00.001Z' }],
    ] as const) {
      expect(flawOf(change(index, by))).toBe(`Entry ${index + 1} was changed after it was written: its hash does not fit its content`);
    }
  });

  test('finds an entry changed together with its own hash: the next no longer hangs on it', () => {
    const forged = append(emptyChain, [{ kind: 'requested', text: 'forged' }], nowMs).entries;
    expect(flawOf([...forged, ...stored().slice(1)])).toBe('Entry 2 does not hang on entry 1: its "prev" is another hash');
  });

  test('finds entries dropped, doubled or out of order', () => {
    const [a, b, c, d] = stored() as [Entry, Entry, Entry, Entry]; // Four drafts, four entries.
    expect(flawOf([b, c, d])).toContain('Entry 2 follows entry 0');
    expect(flawOf([a, c, d])).toContain('Entry 3 follows entry 1');
    expect(flawOf([a, b, b, c, d])).toContain('Entry 2 follows entry 2');
    expect(flawOf([a, c, b, d])).toContain('Entry 3 follows entry 1');
  });

  test('finds entries dropped at the end by what the rollout remembers', () => {
    expect(flawOf(stored().slice(0, 3), chain().head)).toBe('Entry 3 is the last one found, the rollout remembers entry 4');
    expect(flawOf([], chain().head)).toBe('Entry 0 is the last one found, the rollout remembers entry 4');
  });

  test('finds any single change of any chain', () => {
    const draft = fc.record({ kind: fc.constantFrom('plan', 'paused'), text: fc.string(), evidence: fc.dictionary(fc.string(), fc.jsonValue()) });
    fc.assert(
      fc.property(fc.array(draft as fc.Arbitrary<Draft>, { minLength: 1, maxLength: 6 }), fc.nat(), fc.string(), (some, at, text) => {
        const { entries, head } = append(emptyChain, some, nowMs);
        const read = JSON.parse(JSON.stringify(entries)) as Entry[]; // As it comes back from the table.
        expect(flawOf(read, head)).toBeUndefined();
        const index = at % read.length;
        const changed = read.map((entry, position) => (position === index ? { ...entry, text: `${entry.text}${text}!` } : entry));
        expect(flawOf(changed, head)).toContain(`Entry ${index + 1}`);
      }),
    );
  });
});

describe('canonicalJson()', () => {
  test.each([
    [{ b: 1, a: [2, { d: null, c: 'x' }] }, '{"a":[2,{"c":"x","d":null}],"b":1}'],
    [{ gone: undefined, kept: [undefined, 1] }, '{"kept":[null,1]}'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    ['ä"\n', '"ä\\"\\n"'],
  ])('%j', (value, text) => expect(canonicalJson(value)).toBe(text));

  test('is JSON, and the same for what JSON makes of a value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
