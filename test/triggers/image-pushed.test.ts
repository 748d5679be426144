import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { imagePushed } from '../../src/triggers/image-pushed.ts';
import { eventOf, sample } from './samples.ts';

const pushed = () => eventOf(imagePushed, 'ecr-image-action-push');
const untagged = () => eventOf(imagePushed, 'ecr-image-action-push-untagged');
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

  // Cosign's tags, and the one the OCI distribution specification falls back to for referrers.
  test.each([`sha256-${'a'.repeat(64)}.sig`, `sha256-${'a'.repeat(64)}.att`, `sha256-${'a'.repeat(64)}.sbom`, `sha256-${'a'.repeat(64)}`])(
    'takes what lies under %s for no image: it is about one',
    (tag) => {
      const event = eventOf(imagePushed, 'ecr-image-action-push', { 'image-tag': tag });
      expect([wish(), wish('sha256*')].map((spec) => imagePushed.accepts(spec, event))).toEqual([false, false]);
    },
  );

  test.each([
    ['application/vnd.docker.container.image.v1+json', true],
    ['application/vnd.oci.image.config.v1+json', true],
    [undefined, true],
    ['application/vnd.cncf.helm.config.v1+json', false],
    ['application/vnd.buildkit.cacheconfig.v0', false],
    ['application/vnd.dev.cosign.artifact.sig.v1+json', false],
  ])('of artifact type %s: an image? %s', (type, is) => {
    expect(imagePushed.accepts(wish(), eventOf(imagePushed, 'ecr-image-action-push', { 'artifact-media-type': type }))).toBe(is);
  });

  test.each(['ecr-image-action-delete', 'ecr-image-scan-complete', 'sagemaker-model-package-approved'])('%s is no push', (name) => {
    expect(z.safeParse(imagePushed.event, sample(name)).success).toBe(false);
  });

  test('does not take a failed push for one', () => {
    expect(z.safeParse(imagePushed.event, sample('ecr-image-action-push', { result: 'FAILURE' })).success).toBe(false);
  });

  test.each(['Models/churn', 'models//churn', '/churn', 'churn:v1', ''])('refuses the repository name "%s"', (repository) => {
    expect(z.safeParse(imagePushed.spec, { type: 'image-pushed', repository }).success).toBe(false);
  });
});
