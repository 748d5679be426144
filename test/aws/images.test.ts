import { ECRClient } from '@aws-sdk/client-ecr';
import { describe, expect, test } from 'vitest';
import { ecrImages, parseImageUri } from '../../src/aws/images.ts';
import { refuse, scriptedAws } from './client.ts';

const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const digest = `sha256:${'b'.repeat(64)}`;

describe('parseImageUri()', () => {
  test.each([
    [`${registry}/models/churn:v1`, { registryId: '111122223333', repository: 'models/churn', tag: 'v1' }],
    [`${registry}/models/churn@${digest}`, { registryId: '111122223333', repository: 'models/churn', digest }],
    [`${registry}/churn:v1@${digest}`, { registryId: '111122223333', repository: 'churn', tag: 'v1', digest }],
    [`${registry}/churn`, { registryId: '111122223333', repository: 'churn' }],
    ['111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/churn:v1', { registryId: '111122223333', repository: 'churn', tag: 'v1' }],
    ['public.ecr.aws/x/churn:v1', undefined],
    ['churn:v1', undefined],
  ])('%s', (uri, parts) => expect(parseImageUri(uri)).toEqual(parts));
});

describe('digestOf()', () => {
  test('resolves a tag to what it names now', async () => {
    const aws = scriptedAws();
    aws.serve('ecr', { DescribeImages: () => ({ imageDetails: [{ imageDigest: digest }] }) });
    expect(await ecrImages(registry, new ECRClient(aws.options)).digestOf(`${registry}/churn:v1`)).toBe(digest);
    expect(aws.asked('DescribeImages')).toEqual([{ registryId: '111122223333', repositoryName: 'churn', imageIds: [{ imageTag: 'v1' }] }]);
  });
  test('asks nobody for a digest that is written', async () => {
    const aws = scriptedAws();
    expect(await ecrImages(registry, new ECRClient(aws.options)).digestOf(`${registry}/churn@${digest}`)).toBe(digest);
    expect(aws.seen).toEqual([]);
  });
  test.each(['ImageNotFoundException', 'RepositoryNotFoundException'])('has none for what is not there: %s', async (code) => {
    const aws = scriptedAws();
    aws.serve('ecr', { DescribeImages: refuse(code, 'not there') });
    expect(await ecrImages(registry, new ECRClient(aws.options)).digestOf(`${registry}/churn:v1`)).toBeUndefined();
  });
});
