import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { matchesGlob } from '../../src/triggers/glob.ts';
import { imagePushed } from '../../src/triggers/image-pushed.ts';

const sample = (name: string): unknown => JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8'));
const pushed = () => z.parse(imagePushed.event, sample('ecr-image-action-push'));
const untagged = () => z.parse(imagePushed.event, sample('ecr-image-action-push-untagged'));
const digest = `sha256:${'5f3c'.repeat(16)}`;
const wish = (tags?: string) =>
  z.parse(imagePushed.spec, { type: 'image-pushed', repository: 'models/fraud-score', ...(tags !== undefined && { tags }) });

describe('image-pushed', () => {
  test('asks for the digest that was pushed, not for the tag that may move', () => {
    expect(imagePushed.toRequest(pushed(), wish())).toEqual({
      kind: 'image',
      trigger: 'image-pushed',
      repository: 'models/fraud-score',
      imageDigest: digest,
      imageTag: '1.8.0',
      occurredAtMs: Date.parse('2026-10-05T08:41:12Z'),
      dedupeKey: digest,
    });
    expect(imagePushed.toRequest(untagged(), wish())).not.toHaveProperty('imageTag');
  });

  test('asks the same for the same push under two tags: one event a tag', () => {
    const again = { ...pushed(), detail: { ...pushed().detail, 'image-tag': 'latest' } };
    expect(imagePushed.toRequest(again, wish()).dedupeKey).toBe(imagePushed.toRequest(pushed(), wish()).dedupeKey);
  });

  test('concerns the deliveries of its repository', () => {
    expect(imagePushed.subjectOf(pushed())).toBe('image/models/fraud-score');
    expect(imagePushed.subjectsOf(wish())).toEqual(['image/models/fraud-score']);
  });

  test('wants the tags the delivery names, and never an untagged push', () => {
    expect([wish(), wish('1.*'), wish('v*')].map((spec) => imagePushed.accepts(spec, pushed()))).toEqual([true, true, false]);
    expect([wish(), wish('1.*')].map((spec) => imagePushed.accepts(spec, untagged()))).toEqual([false, false]);
  });

  test.each(['ecr-image-action-delete', 'ecr-image-scan-complete', 'sagemaker-model-package-approved'])('%s is no push', (name) => {
    expect(z.safeParse(imagePushed.event, sample(name)).success).toBe(false);
  });

  test('does not take a failed push for one', () => {
    const event = sample('ecr-image-action-push') as { detail: object }; // An EventBridge event.
    expect(z.safeParse(imagePushed.event, { ...event, detail: { ...event.detail, result: 'FAILURE' } }).success).toBe(false);
  });

  test.each(['Models/churn', 'models//churn', '/churn', 'churn:v1', ''])('refuses the repository name "%s"', (repository) => {
    expect(z.safeParse(imagePushed.spec, { type: 'image-pushed', repository }).success).toBe(false);
  });
});

describe('matchesGlob()', () => {
  test.each([
    ['*', '', true],
    ['v*', 'v1.2', true],
    ['v*', 'rv1', false],
    ['*-rc', '1.0-rc', true],
    ['1.*', '1x0', false],
    ['v*.*-*', 'v1.2-rc1', true],
    ['v*.*-*', 'v1.2', false],
    ['a*a', 'a', false],
    ['a*b*b', 'ab', false],
    ['**', 'x', true],
    ['latest', 'latest', true],
    ['latest', 'latest2', false],
    ['(1+)', '(1+)', true],
  ])('%s and "%s": %s', (glob, text, expected) => expect(matchesGlob(glob, text)).toBe(expected));

  test('agrees with the regular expression of the same meaning', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 8 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(glob, text, (pattern, tag) => {
        const expression = new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`, 's');
        expect(matchesGlob(pattern, tag)).toBe(expression.test(tag));
      }),
      { numRuns: 2000 },
    );
  });

  test('is done with a glob that would keep a regular expression busy for hours', () => {
    expect(matchesGlob(`${'a*'.repeat(60)}b`, 'a'.repeat(128))).toBe(false);
  });
});
