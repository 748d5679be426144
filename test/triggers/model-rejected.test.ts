import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { modelApproved } from '../../src/triggers/model-approved.ts';
import { modelRejected } from '../../src/triggers/model-rejected.ts';
import { eventOf, sample } from './samples.ts';

const rejected = () => eventOf(modelRejected, 'sagemaker-model-package-rejected');
const wish = () => z.parse(modelRejected.spec, { type: 'model-rejected', packageGroup: 'fraud-score' });

describe('model-rejected', () => {
  test('asks for what was approved before the version that was rejected', () => {
    const { time, detail } = sample('sagemaker-model-package-rejected');
    expect(modelRejected.toRequest(rejected(), wish())).toEqual({
      kind: 'instead',
      trigger: 'model-rejected',
      packageArn: detail['ModelPackageArn'],
      occurredAtMs: Date.parse(time),
      dedupeKey: `instead-of/${String(detail['ModelPackageArn'])}`,
    });
  });

  test('is no attempt of that version: approving it later is not the same wish', () => {
    const again = eventOf(modelApproved, 'sagemaker-model-package-approved', { ModelPackageArn: rejected().detail.ModelPackageArn });
    const approved = modelApproved.toRequest(again, z.parse(modelApproved.spec, { type: 'model-approved', packageGroup: 'fraud-score' }));
    expect(modelRejected.toRequest(rejected(), wish()).dedupeKey).not.toBe(approved.dedupeKey);
  });

  test('concerns other deliveries than an approval does', () => {
    expect(modelRejected.subjectsOf(wish())).toEqual([modelRejected.subjectOf(rejected())]);
    expect(modelRejected.subjectOf(rejected())).not.toBe(modelApproved.subjectOf(eventOf(modelApproved, 'sagemaker-model-package-approved')));
  });

  test.each([
    ['an approval', 'sagemaker-model-package-approved', {}],
    ['a version that waits', 'sagemaker-model-package-pending', {}],
    ['another change of a rejected version', 'sagemaker-model-package-rejected', { UpdatedModelPackageFields: ['CustomerMetadataProperties'] }],
  ])('%s is no rejection', (_what, name, detail) => {
    expect(z.safeParse(modelRejected.event, sample(name, detail)).success).toBe(false);
  });
});
