import { describe, expect, test } from 'vitest';
import { figuresDocument, lineageOf } from '../../src/candidate/lineage.ts';
import { imageOf, rollout } from '../rollout/fixture.ts';

const container = (letter: string) => ({ imageUri: imageOf(letter), environment: {} });
/** What SageMaker documents of a property's value in the registry. */
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

describe('lineageOf()', () => {
  test('says of each container what it runs, and nothing of what there was not', () => {
    expect(lineageOf(rollout({ candidate: { modelDataUrl: 's3://b/m.tar.gz' } }), [container('b'), container('c')], {})).toEqual({
      'sluice:rollout': 'churn-bbbbbbbbbbbb-1',
      'sluice:delivery': 'churn',
      'sluice:revision': '1',
      image: imageOf('b'),
      'image-2': imageOf('c'),
      'model-data': 's3://b/m.tar.gz',
    });
  });
  test.each(['s3://b/churn (copy), final!.zip', `s3://b/${'x'.repeat(1000)}/end.zip`, 's3://b/“ä”\t~*.zip'])(
    'keeps what the registry can hold of %s',
    (location) => {
      const { source } = lineageOf(rollout({ candidate: { source: { type: 's3', location } } }), [], {});
      expect(source).toMatch(allowed);
      expect(location.endsWith('.zip') && source?.endsWith('.zip')).toBe(true);
    },
  );
  test('says what it was trained with: the job, its image where that is another one, the data of each channel', () => {
    const named = { train: { asNamed: 'trainer:v1', uri: imageOf('d') } };
    const trained = rollout({ candidate: { trainingJobName: 'job', named } });
    expect(lineageOf(trained, [], { train: { uri: 's3://b/train/' }, test: { uri: 's3://b/test/' } })).toMatchObject({
      'training-job': 'job',
      'training-image': imageOf('d'),
      'data-train': 's3://b/train/',
      'data-test': 's3://b/test/',
    });
    expect(lineageOf(rollout({ candidate: {} }), [], { train: { uri: 's3://b/train/' } })).not.toHaveProperty('data-train');
  });
  test('has room for a serial pipeline of 15, trained with 20 channels from a source that was built', () => {
    const channels = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`c${index}`, { uri: 's3://b/' }]));
    const named = { train: { asNamed: 'trainer:v1', uri: imageOf('d') } };
    const source = { type: 's3' as const, location: 's3://b/s.zip', version: 'v' };
    const everything = rollout({ candidate: { source, buildId: 'b', trainingJobName: 'job', named, modelDataUrl: 's3://b/m.tar.gz' } });
    const pairs = lineageOf(everything, 'abcdefghijklmno'.split('').map(container), channels);
    expect(Object.keys(pairs)).toHaveLength(44);
  });
});

test('figuresDocument() is one section with a value each', () =>
  expect(figuresDocument({ auc: 0.9 })).toEqual({ training_metrics: { auc: { value: 0.9 } } }));
