import { describe, expect, test } from 'vitest';
import { refusal, roleArn, virtualWorld } from './fixture.ts';

const arn = 'arn:aws:sagemaker:eu-west-1:000000000000:model/churn-v1';

describe('CreateModel', () => {
  test('answers with the lower-cased ARN, describes back what it was given, and tells EventBridge', async () => {
    const w = virtualWorld();
    const container = { Image: w.image('churn'), Environment: { THRESHOLD: '0.5' } };
    const made = await w.call('CreateModel', { ModelName: 'Churn-v1', ExecutionRoleArn: roleArn, PrimaryContainer: container });

    expect(made).toEqual({ ModelArn: arn });
    expect(await w.call('DescribeModel', { ModelName: 'Churn-v1' })).toEqual({
      ModelName: 'Churn-v1',
      ModelArn: arn,
      ExecutionRoleArn: roleArn,
      PrimaryContainer: container,
      EnableNetworkIsolation: false,
      CreationTime: new Date(w.kernel.clock.now()),
    });
    expect(w.kernel.events).toEqual([
      {
        source: 'aws.sagemaker',
        detailType: 'SageMaker Model State Change',
        resources: [arn],
        detail: {
          ModelName: 'Churn-v1',
          ModelArn: arn,
          PrimaryContainer: { ContainerHostname: 'container_1', ...container },
          ExecutionRoleArn: roleArn,
          CreationTime: w.kernel.clock.now(),
          Tags: {},
        },
      },
    ]);
  });

  test.each([
    [
      'an image the registry has not',
      { Image: '000000000000.dkr.ecr.eu-west-1.amazonaws.com/models/nope:1' },
      'Requested image 000000000000.dkr.ecr.eu-west-1.amazonaws.com/models/nope:1 not found.',
    ],
    [
      'an image from elsewhere',
      { Image: 'docker.io/library/nginx:1' },
      'Using non-ECR image "docker.io/library/nginx:1" without Vpc repository access mode is not supported.',
    ],
  ])('refuses %s', async (_what, container, message) => {
    const w = virtualWorld();

    expect(await refusal(w.call('CreateModel', { ModelName: 'churn', ExecutionRoleArn: roleArn, PrimaryContainer: container }))).toBe(
      `ValidationException: ${message}`,
    );
  });

  test('refuses model data that is not there, a second model of the name, and a deletion of none', async () => {
    const w = virtualWorld();
    const Image = w.image('churn');
    const create = (url?: string) =>
      w.call('CreateModel', {
        ModelName: 'churn-v1',
        ExecutionRoleArn: roleArn,
        PrimaryContainer: { Image, ...(url !== undefined && { ModelDataUrl: url }) },
      });

    expect(await refusal(create('s3://models/churn/model.tar.gz'))).toBe(
      'ValidationException: Could not find model data at s3://models/churn/model.tar.gz.',
    );
    w.objects.set('models/churn/model.tar.gz', new Uint8Array([1]));
    await create('s3://models/churn/model.tar.gz');
    expect(await refusal(create())).toBe(`ValidationException: Cannot create already existing model "${arn}".`);
    await w.call('DeleteModel', { ModelName: 'churn-v1' });
    expect(await refusal(w.call('DeleteModel', { ModelName: 'churn-v1' }))).toBe(`ValidationException: Could not find model "${arn}".`);
  });

  test('needs PassRole to SageMaker, and AddTags when tags are given', () => {
    const w = virtualWorld();
    const access = w.sageMaker.control.operations
      .get('CreateModel')
      ?.access({ ModelName: 'churn-v1', ExecutionRoleArn: roleArn, Tags: [{ Key: 'a', Value: 'b' }] });

    expect(access?.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      `sagemaker:CreateModel ${arn}`,
      `iam:PassRole ${roleArn}`,
      `sagemaker:AddTags ${arn}`,
    ]);
    expect(access?.[1]?.context).toEqual({ 'iam:PassedToService': 'sagemaker.amazonaws.com' });
  });
});

describe('tags', () => {
  test('are added, replaced, listed and deleted by ARN, whatever its case', async () => {
    const w = virtualWorld();
    await w.call('CreateModel', {
      ModelName: 'Churn-v1',
      ExecutionRoleArn: roleArn,
      PrimaryContainer: { Image: w.image('churn') },
      Tags: [{ Key: 'team', Value: 'risk' }],
    });
    const mixedCase = 'arn:aws:sagemaker:eu-west-1:000000000000:model/Churn-v1';

    await w.call('AddTags', {
      ResourceArn: mixedCase,
      Tags: [
        { Key: 'team', Value: 'fraud' },
        { Key: 'run', Value: '7' },
      ],
    });
    expect(await w.call('ListTags', { ResourceArn: arn })).toEqual({
      Tags: [
        { Key: 'team', Value: 'fraud' },
        { Key: 'run', Value: '7' },
      ],
    });
    await w.call('DeleteTags', { ResourceArn: arn, TagKeys: ['team'] });
    expect(await w.call('ListTags', { ResourceArn: arn })).toEqual({ Tags: [{ Key: 'run', Value: '7' }] });
    expect(await refusal(w.call('AddTags', { ResourceArn: arn, Tags: Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' })) }))).toMatch(
      /^ValidationException: .*50 tags/,
    );
  });
});
