import { describe, expect, test } from 'vitest';
import { manifestFor, platformOf } from '../../src/candidate/platform.ts';
import { digestOf } from '../rollout/fixture.ts';

const child = (platform: string, letter: string, annotations?: Record<string, string>) => {
  const [os, architecture, variant] = platform.split('/');
  return { digest: digestOf(letter), platform: { os, architecture, ...(variant !== undefined && { variant }) }, ...(annotations && { annotations }) };
};
/** What buildx puts beside an image it built with provenance. */
const attestation = child('unknown/unknown', 'e', {
  'vnd.docker.reference.type': 'attestation-manifest',
  'vnd.docker.reference.digest': digestOf('a'),
});
const index = (...manifests: object[]) => ({ manifest: JSON.stringify({ schemaVersion: 2, manifests }) });

describe('platformOf()', () => {
  // The families of SageMaker's instances: Graviton ones have a g after the generation.
  test.each([
    ['ml.m5.large', 'linux/amd64'],
    ['ml.m6g.large', 'linux/arm64'],
    ['ml.m6gd.xlarge', 'linux/arm64'],
    ['ml.c7g.4xlarge', 'linux/arm64'],
    ['ml.c6gn.large', 'linux/arm64'],
    ['ml.r6gd.large', 'linux/arm64'],
    ['ml.g4dn.xlarge', 'linux/amd64'],
    ['ml.g5.xlarge', 'linux/amd64'],
    ['ml.g6e.xlarge', 'linux/amd64'],
    ['ml.p4d.24xlarge', 'linux/amd64'],
    ['ml.inf2.xlarge', 'linux/amd64'],
    ['ml.trn1n.32xlarge', 'linux/amd64'],
  ])('%s is %s', (instanceType, platform) => expect(platformOf(instanceType)).toBe(platform));
});

describe('manifestFor()', () => {
  test('an image is itself', () => {
    expect(manifestFor({ manifest: '{"schemaVersion":2,"layers":[]}' }, 'ml.m5.large')).toEqual({ answer: 'itself' });
  });
  test.each([
    ['ml.m5.large', 'a', 'linux/amd64'],
    ['ml.c7g.large', 'b', 'linux/arm64'],
  ])('of an index, %s needs the one for its processor', (instanceType, letter, platform) => {
    const found = manifestFor(index(child('linux/amd64', 'a'), child('linux/arm64/v8', 'b'), attestation), instanceType);
    expect(found).toEqual({ answer: 'child', digest: digestOf(letter), platform });
  });
  test('an attestation is no image, also where a builder writes a platform beside it', () => {
    const said = child('linux/amd64', 'e', { 'vnd.docker.reference.type': 'attestation-manifest' });
    expect(manifestFor(index(child('linux/amd64', 'a'), said), 'ml.m5.large')).toMatchObject({ answer: 'child', digest: digestOf('a') });
  });
  test.each([
    [
      'another processor',
      index(child('linux/arm64', 'b'), attestation),
      /none of its images is for linux\/amd64, which ml\.m5\.large needs \(it has linux\/arm64\)/,
    ],
    ['Windows', index(child('windows/amd64', 'b')), /it has windows\/amd64/],
    ['nothing but attestations', index(attestation), /it has none/],
    ['two that fit', index(child('linux/amd64', 'a'), child('linux/amd64/v3', 'b')), /2 of its images are for linux\/amd64/],
    ['one without a platform', index({ digest: digestOf('a') }), /it has \?\/\?/],
  ])('an index of %s is refused, with what it has and the way out', (_, found, text) => {
    const chosen = manifestFor(found, 'ml.m5.large');
    expect(chosen).toEqual({ answer: 'none', text: expect.stringMatching(text) as string });
    expect(chosen).toMatchObject({ text: expect.stringContaining('docker build --platform linux/amd64 --provenance=false') as string });
  });
});
