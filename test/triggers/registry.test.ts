import { describe, expect, test } from 'vitest';
import { triggers, triggersOf } from '../../src/triggers/registry.ts';
import { sample } from './samples.ts';

describe('triggersOf()', () => {
  test.each([
    ['ecr-image-action-push', ['image-pushed']],
    ['ecr-image-scan-failed', ['image-scanned']],
    ['own/sluice-source-pushed', ['source-announced']],
    ['events-scheduled-rule', ['schedule']],
    ['sagemaker-model-package-approved', ['model-approved', 'model-rejected']],
    ['sagemaker-model-package-pending', ['model-approved', 'model-rejected']],
    ['sagemaker-training-job-completed', []],
    ['cloudwatch-alarm-state-change-metric', []],
  ])('%s may be %j: those that listen to its source and detail-type', (name, types) => {
    expect(triggersOf(sample(name)).map(({ type }) => type)).toEqual(types);
  });

  test('asks for both: a foreign source with a known detail-type is nobody’s', () => {
    expect(triggersOf({ source: 'aws.ecr', 'detail-type': 'Sluice Source Pushed' })).toEqual([]);
    expect(triggersOf({ source: 'sluice.source', 'detail-type': 'ECR Image Action' })).toEqual([]);
  });
});

test('no two triggers have one type', () => {
  expect(new Set(triggers.map(({ type }) => type)).size).toBe(triggers.length);
});
