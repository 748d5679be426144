import { describe, expect, test } from 'vitest';
import { AwsError } from '../../src/emulator/aws-error.ts';
import { askForRollout } from '../../src/rollout/ask-person.ts';
import { loadHearingRegistry } from '../../src/rollout/hearing.ts';
import { id, making, packageArn } from '../candidate/world.ts';

/* Events make it fast, polls make it right: a rejection in the model registry is heard at the next look. */

const arn = packageArn(1);
const version = (over: object) => ({
  ModelPackageArn: arn,
  ModelPackageName: arn,
  ModelPackageStatus: 'Completed',
  ModelPackageStatusDetails: { ValidationStatuses: [] },
  CreationTime: new Date(0),
  ...over,
});
const hearing = async (DescribeModelPackage: () => object) => {
  const m = await making({}, { candidate: { packageArn: arn } }, undefined, { DescribeModelPackage });
  return { m, ...(await loadHearingRegistry(id, m.s.ports)) };
};

describe('loadHearingRegistry()', () => {
  test('hears a rejection no event told of, once, with the comment beside it', async () => {
    const { m, rollout } = await hearing(() => version({ ModelApprovalStatus: 'Rejected', ApprovalDescription: 'biased' }));
    expect(rollout.ending).toEqual({
      outcome: 'Rejected',
      reason: 'aborted',
      text: `aborted by model registry: ${arn} is Rejected in the model registry: biased`,
      page: false,
    });
    await loadHearingRegistry(id, m.s.ports);
    expect((await m.s.kinds()).filter((kind) => kind === 'act-heard')).toHaveLength(1);
  });

  test.each<[string, () => object]>([
    ['approved', () => version({ ModelApprovalStatus: 'Approved' })],
    ['waiting', () => version({ ModelApprovalStatus: 'PendingManualApproval' })],
    // Deleting a version says nothing about the model.
    [
      'deleted',
      () => {
        throw new AwsError('ValidationException', `ModelPackage ${arn} does not exist.`);
      },
    ],
    ...(['ThrottlingException', 'InternalFailure', 'AccessDeniedException'] as const).map((code): [string, () => object] => [
      `not to be read: ${code}`,
      () => {
        throw new AwsError(code, 'no', code === 'InternalFailure' ? { status: 500 } : {});
      },
    ]),
  ])('goes on where the version is %s', async (_, answer) => expect((await hearing(answer)).rollout.ending).toBeUndefined());

  test('asks no registry about what is in none', async () => {
    const m = await making();
    await loadHearingRegistry(id, m.s.ports);
    expect(m.asked('DescribeModelPackage')).toEqual([]);
  });
});

test('askForRollout() stops at a rejection in the registry while a person is asked', async () => {
  const rejected = () => version({ ModelApprovalStatus: 'Rejected' });
  const m = await making({ approval: {} }, { candidate: { packageArn: arn } }, undefined, { DescribeModelPackage: rejected });
  expect((await askForRollout(id, m.s.ports)).answer).toBe('refused');
});
