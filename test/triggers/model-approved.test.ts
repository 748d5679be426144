import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { modelApproved } from '../../src/triggers/model-approved.ts';
import { eventOf, sample } from './samples.ts';

const approved = (detail = {}) => eventOf(modelApproved, 'sagemaker-model-package-approved', detail);
const wish = (packageGroup = 'fraud-score') => z.parse(modelApproved.spec, { type: 'model-approved', packageGroup });
const packageArn = 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/fraud-score/8';

describe('model-approved', () => {
  test('asks for the version that was approved', () => {
    expect(modelApproved.toRequest(approved(), wish())).toEqual({
      kind: 'package',
      trigger: 'model-approved',
      packageArn,
      occurredAtMs: Date.parse('2026-10-05T08:50:00Z'),
      dedupeKey: packageArn,
    });
  });

  test('concerns the deliveries of its group, and wants every version of it', () => {
    expect(modelApproved.subjectOf(approved())).toBe('approved/fraud-score');
    expect(modelApproved.subjectsOf(wish())).toEqual(['approved/fraud-score']);
    expect(modelApproved.accepts(wish(), approved())).toBe(true);
  });

  test('reads an answer that came with a comment', () => {
    expect(
      z.safeParse(
        modelApproved.event,
        sample('sagemaker-model-package-approved', { UpdatedModelPackageFields: ['ApprovalDescription', 'ModelApprovalStatus'] }),
      ).success,
    ).toBe(true);
  });

  test.each([
    ['a rejection', 'sagemaker-model-package-rejected', {}],
    ['a version that waits', 'sagemaker-model-package-pending', {}],
    ['another change of an approved version', 'sagemaker-model-package-approved', { UpdatedModelPackageFields: ['ApprovalDescription'] }],
    ['an approved version that says nothing of what changed', 'sagemaker-model-package-approved', { UpdatedModelPackageFields: undefined }],
    ['a package without a group', 'sagemaker-model-package-approved', { ModelPackageGroupName: undefined }],
  ])('%s is no approval', (_what, name, detail) => {
    expect(z.safeParse(modelApproved.event, sample(name, detail)).success).toBe(false);
  });

  test.each(['', 'a_b', 'a/b', packageArn])('refuses the group "%s"', (group) => {
    expect(z.safeParse(modelApproved.spec, { type: 'model-approved', packageGroup: group }).success).toBe(false);
  });
});
