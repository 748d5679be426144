import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { imagePushed } from '../../src/triggers/image-pushed.ts';
import { imageScanned } from '../../src/triggers/image-scanned.ts';
import { eventOf, sample } from './samples.ts';

const scanned = (tags?: readonly string[]) => eventOf(imageScanned, 'ecr-image-scan-complete', tags && { 'image-tags': tags });
const digest = `sha256:${'5f3c'.repeat(16)}`;
const wish = (tags?: string) =>
  z.parse(imageScanned.spec, { type: 'image-scanned', repository: 'models/fraud-score', ...(tags !== undefined && { tags }) });

describe('image-scanned', () => {
  test('asks for the digest that was scanned', () => {
    expect(imageScanned.toRequest(scanned(), wish())).toEqual({
      kind: 'image',
      trigger: 'image-scanned',
      repository: 'models/fraud-score',
      imageDigest: digest,
      imageTag: '1.8.0',
      occurredAtMs: Date.parse('2026-10-05T08:42:30Z'),
      dedupeKey: digest,
    });
  });

  test('names the tag the delivery meant, of several', () => {
    const event = scanned(['latest', 'v2', 'v1']);
    expect(imageScanned.toRequest(event, wish('v*'))).toMatchObject({ imageTag: 'v2' });
    expect(imageScanned.toRequest(event, wish())).toMatchObject({ imageTag: 'latest' });
  });

  test('takes the scan of a signature for none of an image', () => {
    const signature = `sha256-${'a'.repeat(64)}.sig`;
    expect(imageScanned.accepts(wish(), scanned([signature]))).toBe(false);
    expect(imageScanned.toRequest(scanned([signature, 'v2']), wish())).toMatchObject({ imageTag: 'v2' });
  });

  test('is one wish with the push of the same image', () => {
    const push = eventOf(imagePushed, 'ecr-image-action-push');
    const pushed = imagePushed.toRequest(push, z.parse(imagePushed.spec, { type: 'image-pushed', repository: 'models/fraud-score' }));
    expect(imageScanned.toRequest(scanned(), wish()).dedupeKey).toBe(pushed.dedupeKey);
  });

  test('concerns other deliveries than a push does: who waits for the scan is not woken by the push', () => {
    expect(imageScanned.subjectOf(scanned())).toBe('scan/models/fraud-score');
    expect(imageScanned.subjectsOf(wish())).toEqual(['scan/models/fraud-score']);
    expect(imagePushed.subjectOf(eventOf(imagePushed, 'ecr-image-action-push'))).not.toBe(imageScanned.subjectOf(scanned()));
  });

  test('wants an image any of whose tags fits, and never one without', () => {
    expect([wish(), wish('1.*'), wish('v*')].map((spec) => imageScanned.accepts(spec, scanned()))).toEqual([true, true, false]);
    expect(imageScanned.accepts(wish('v*'), scanned(['latest', 'v2']))).toBe(true);
    expect(imageScanned.accepts(wish(), scanned([]))).toBe(false);
  });

  test('takes a scan whose event has no tags at all for one of an untagged image', () => {
    const { detail, ...event } = sample('ecr-image-scan-complete');
    const { 'image-tags': _tags, ...untagged } = detail;
    expect(imageScanned.accepts(wish(), z.parse(imageScanned.event, { ...event, detail: untagged }))).toBe(false);
  });

  test.each(['ecr-image-scan-failed', 'ecr-image-action-push'])('%s is no finished scan', (name) => {
    expect(z.safeParse(imageScanned.event, sample(name)).success).toBe(false);
  });

  test.each([{ repository: 'Models/churn' }, { repository: 'models/churn', tags: '' }, { repository: 'models/churn', tags: 'v'.repeat(257) }])(
    'refuses %j',
    (fields) => expect(z.safeParse(imageScanned.spec, { type: 'image-scanned', ...fields }).success).toBe(false),
  );
});
