import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { bundleUploaded } from '../../src/triggers/bundle-uploaded.ts';
import { eventOf, sample } from './samples.ts';

const object = (overrides: object = {}) => ({ key: 'fraud-score/main.zip', size: 1, etag: 'd41d8cd98f00b204e9800998ecf8427e', ...overrides });
const uploaded = (overrides?: object) => eventOf(bundleUploaded, 's3-object-created', overrides === undefined ? {} : { object: object(overrides) });
const unversioned = () => eventOf(bundleUploaded, 's3-object-created-unversioned');
const wish = (key = 'fraud-score/*') => z.parse(bundleUploaded.spec, { type: 'bundle-uploaded', bucket: 'fraud-score-source', key });

describe('bundle-uploaded', () => {
  test('asks for the version that was put there', () => {
    const version = '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH';
    expect(bundleUploaded.toRequest(uploaded(), wish())).toEqual({
      kind: 'source',
      trigger: 'bundle-uploaded',
      source: { type: 's3', location: 's3://fraud-score-source/fraud-score/main.zip', version },
      occurredAtMs: Date.parse('2026-10-05T08:31:40Z'),
      dedupeKey: `s3://fraud-score-source/fraud-score/main.zip@${version}`,
    });
  });

  test('tells bytes by their ETag where the bucket keeps no versions', () => {
    const { source, dedupeKey } = bundleUploaded.toRequest(unversioned(), wish()) as { source: object; dedupeKey: string }; // Of kind source, as just tested.
    expect(source).toEqual({ type: 's3', location: 's3://fraud-score-source/fraud-score/9b1c2d3.tar.gz' });
    expect(dedupeKey).toBe('s3://fraud-score-source/fraud-score/9b1c2d3.tar.gz@d41d8cd98f00b204e9800998ecf8427e');
  });

  test('takes new bytes, a new version and a new key for new wishes, the same bytes again for the same one', () => {
    const keyOf = (overrides: object) => bundleUploaded.toRequest(uploaded(overrides), wish()).dedupeKey;
    const [first = '', ...others] = [{}, { etag: 'e'.repeat(32) }, { 'version-id': 'v1' }, { 'version-id': 'v2' }, { key: 'fraud-score/b.zip' }].map(
      keyOf,
    );
    expect(new Set([first, ...others]).size).toBe(5);
    expect(keyOf({ sequencer: 'later' })).toBe(first);
  });

  test('takes a key as it is: blanks, plus signs and percents stand for themselves', () => {
    const key = 'fraud-score/a b+c%20ü.zip';
    expect(bundleUploaded.accepts(wish('fraud-score/a b+c%20ü.zip'), uploaded({ key }))).toBe(true);
    expect(bundleUploaded.toRequest(uploaded({ key }), wish())).toMatchObject({ source: { location: `s3://fraud-score-source/${key}` } });
  });

  test('wants the keys the delivery names, in its bucket', () => {
    expect([wish(), wish('*.zip'), wish('*'), wish('other/*'), wish('*.tar.gz')].map((spec) => bundleUploaded.accepts(spec, uploaded()))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(bundleUploaded.subjectOf(uploaded())).toBe('bundle/fraud-score-source');
    expect(bundleUploaded.subjectsOf(wish())).toEqual(['bundle/fraud-score-source']);
  });

  test.each(['training/churn/churn-3f1c0a9be210-1/output/model.tar.gz', 'x/output/output.tar.gz'])(
    'never takes a training job’s own output for source: %s',
    (key) => expect(bundleUploaded.accepts(wish('*'), uploaded({ key }))).toBe(false),
  );

  test.each(['fraud-score/', 'fraud-score/data.csv', 'fraud-score/main.zip.sha256', 'zip'])('%s is no bundle', (key) => {
    expect(z.safeParse(bundleUploaded.event, sample('s3-object-created', { object: object({ key }) })).success).toBe(false);
  });

  test('knows the service’s own bucket by another name as well, and no other bucket', () => {
    const own = z.parse(bundleUploaded.spec, { type: 'bundle-uploaded', bucket: '{bucket}', key: '*' });
    expect(bundleUploaded.aliasesOf?.(uploaded(), { bucket: 'fraud-score-source' })).toEqual(bundleUploaded.subjectsOf(own));
    expect(bundleUploaded.aliasesOf?.(uploaded(), { bucket: 'models' })).toEqual([]);
  });

  test.each(['', 'ab', '{other}', 'x{bucket}', 'Upper', '-start', 'end-', 'a_b', 's3://bucket', 'b'.repeat(64)])(
    'refuses the bucket "%s"',
    (bucket) => {
      const refused = z.safeParse(bundleUploaded.spec, { type: 'bundle-uploaded', bucket, key: '*' });
      expect(refused.error?.issues).toMatchObject([{ path: ['bucket'], message: 'Expected the name of an S3 bucket, or {bucket}' }]);
    },
  );

  test('refuses to take every key of a bucket by leaving the key out', () => {
    expect(z.safeParse(bundleUploaded.spec, { type: 'bundle-uploaded', bucket: 'fraud-score-source' }).success).toBe(false);
  });
});
