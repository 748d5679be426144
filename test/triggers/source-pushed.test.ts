import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { sourcePushed } from '../../src/triggers/source-pushed.ts';
import { eventOf, sample } from './samples.ts';

const commit = '9b1c2d3e4f5a69788796a5b4c3d2e1f009182736';
const moved = (detail = {}) => eventOf(sourcePushed, 'codecommit-reference-updated', detail);
const wish = (branch?: string) =>
  z.parse(sourcePushed.spec, { type: 'source-pushed', repository: 'fraud-score', ...(branch !== undefined && { branch }) });

describe('source-pushed', () => {
  test('asks for the commit the branch moved to, not for the branch', () => {
    expect(sourcePushed.toRequest(moved(), wish())).toEqual({
      kind: 'source',
      trigger: 'source-pushed',
      source: { type: 'codecommit', location: 'fraud-score', version: commit },
      occurredAtMs: Date.parse('2026-10-05T08:30:05Z'),
      dedupeKey: commit,
    });
  });

  test('asks the same for the same commit on another branch', () => {
    const release = moved({ event: 'referenceCreated', referenceName: 'release/2', referenceFullName: 'refs/heads/release/2' });
    expect(sourcePushed.toRequest(release, wish()).dedupeKey).toBe(sourcePushed.toRequest(moved(), wish()).dedupeKey);
  });

  test('concerns the deliveries of its repository, whose names tell letter case', () => {
    expect(sourcePushed.subjectOf(moved())).toBe('codecommit/fraud-score');
    expect(sourcePushed.subjectsOf(wish())).toEqual(['codecommit/fraud-score']);
    expect(sourcePushed.subjectOf(moved({ repositoryName: 'Fraud-Score' }))).not.toBe('codecommit/fraud-score');
  });

  test('wants main where the delivery names no branch', () => {
    const branches = ['main', 'master', 'release/2', 'main2'];
    const wanted = (spec: ReturnType<typeof wish>) => branches.filter((referenceName) => sourcePushed.accepts(spec, moved({ referenceName })));
    expect(wanted(wish())).toEqual(['main']);
    expect(wanted(wish('release/*'))).toEqual(['release/2']);
    expect(wanted(wish('*'))).toEqual(branches);
  });

  test.each([
    ['a tag', 'codecommit-tag-created', {}],
    ['a deleted branch', 'codecommit-reference-updated', { event: 'referenceDeleted' }],
    ['a commit that is none', 'codecommit-reference-updated', { commitId: 'main' }],
    ['an event without a commit', 'codecommit-reference-updated', { commitId: undefined }],
  ])('%s is no push', (_what, name, detail) => {
    expect(z.safeParse(sourcePushed.event, sample(name, detail)).success).toBe(false);
  });

  test.each([{ repository: '' }, { repository: 'a/b' }, { repository: 'r'.repeat(101) }, { repository: 'r', branch: '' }, {}])(
    'refuses %j',
    (fields) => expect(z.safeParse(sourcePushed.spec, { type: 'source-pushed', ...fields }).success).toBe(false),
  );
});
