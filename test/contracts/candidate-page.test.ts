import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { DeliverySpec } from '../../src/rollout/spec.ts';
import { exampleOf, readPage } from './documents.ts';

const folder = new URL('../../src/candidate/', import.meta.url);
/** Codes and the outcomes they come with, as the page's table has them. */
const rows = [...readPage('candidate.md').matchAll(/^\| `([a-z-]+)` \| (Failed|Rejected) \|/gm)].map(([, code = '', outcome = '']) => [
  code,
  outcome,
]);
/** Those the stages give themselves; `aborted` is a person's. */
const inSource = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && name !== 'accept.ts')
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split('\n'))
  .flatMap((line) =>
    /reason: |refuse\(|rejected\(/.test(line) ? [...line.matchAll(/'([a-z]+(?:-[a-z]+)+|vulnerable)'/g)].map(([, code = '']) => code) : [],
  );

describe('docs/candidate.md', () => {
  test('shows a delivery that is valid', () => expect(z.safeParse(DeliverySpec, exampleOf('candidate.md')).error?.issues).toBeUndefined());

  test('explains every reason a stage may end with, and no other', () => {
    expect(inSource.length).toBeGreaterThan(15);
    expect(new Set(rows.map(([code]) => code))).toEqual(new Set([...inSource, 'aborted']));
  });

  test('asks one question', () => expect(readPage('candidate.md').match(/^# .*\?$/gm)).toHaveLength(1));
});
