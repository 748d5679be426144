import { ECRClient } from '@aws-sdk/client-ecr';
import { describe, expect, test } from 'vitest';
import { ecrImages, parseImageUri } from '../../src/aws/images.ts';
import { refuse, scriptedAws } from './client.ts';

const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const digest = `sha256:${'b'.repeat(64)}`;

const images = (aws: ReturnType<typeof scriptedAws>) => ecrImages(registry, new ECRClient(aws.options));

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
  test.each([
    ['resolves the tag of what AWS publishes by its manifest', () => ({ images: [{ imageId: { imageDigest: digest } }] }), digest],
    // A model made by somebody else may name any account's image: that it may not be read is no failure.
    ['has none where another account does not let us read', refuse('AccessDeniedException', 'not authorized'), undefined],
  ])('%s', async (_, BatchGetImage, expected) => {
    const aws = scriptedAws();
    aws.serve('ecr', { DescribeImages: refuse('AccessDeniedException', 'not authorized'), BatchGetImage });
    const uri = '763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312';
    expect(await ecrImages(registry, new ECRClient(aws.options)).digestOf(uri)).toBe(expected);
  });
});

describe('isOwn()', () => {
  test.each([
    [`${registry}/churn:v1`, true],
    ['444455556666.dkr.ecr.eu-west-1.amazonaws.com/churn:v1', false],
    ['111122223333.dkr.ecr.us-east-1.amazonaws.com/churn:v1', false],
  ])('%s: %s', (uri, own) => expect(ecrImages(registry, new ECRClient(scriptedAws().options)).isOwn(uri)).toBe(own));
});

describe('inspect()', () => {
  const config = `sha256:${'c'.repeat(64)}`;
  const manifest = JSON.stringify({ config: { digest: config }, layers: [{ size: 7 }] });
  const inspect = (uri: string) => {
    const aws = scriptedAws();
    aws.serve('ecr', {
      BatchGetImage: () => ({ images: [{ imageId: { imageDigest: digest }, imageManifest: manifest }] }),
      GetDownloadUrlForLayer: refuse('AccessDeniedException', 'not authorized'),
    });
    return ecrImages(registry, new ECRClient(aws.options)).inspect(uri);
  };
  test('of another account’s image tells what its policy lets us read', async () =>
    expect(await inspect(`444455556666.dkr.ecr.eu-west-1.amazonaws.com/churn@${digest}`)).toEqual({ mediaType: '', manifest, sizeBytes: 7 }));
  test('of our own a right that is missing is no secret', async () =>
    expect(inspect(`${registry}/churn@${digest}`)).rejects.toMatchObject({ name: 'Refused' }));
});

describe('pinned()', () => {
  const described = () => {
    const aws = scriptedAws();
    aws.serve('ecr', { DescribeImages: () => ({ imageDetails: [{ imageDigest: digest }] }) });
    return aws;
  };
  test.each([
    [`${registry}/models/churn:v1`, `${registry}/models/churn@${digest}`],
    // Without a tag the newest is meant, and no letter of the name is lost.
    [`${registry}/models/churn`, `${registry}/models/churn@${digest}`],
    [`${registry}/models/churn@${digest}`, `${registry}/models/churn@${digest}`],
  ])('%s', async (uri, pinned) => expect(await images(described()).pinned(uri)).toBe(pinned));

  test('reads the manifest of what AWS publishes, where nobody may describe', async () => {
    const aws = scriptedAws();
    aws.serve('ecr', {
      DescribeImages: refuse('AccessDeniedException', 'not authorized'),
      BatchGetImage: () => ({ images: [{ imageId: { imageDigest: digest } }] }),
    });
    const theirs = '763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference';
    expect(await images(aws).pinned(`${theirs}:2.6.0-cpu-py312`)).toBe(`${theirs}@${digest}`);
    expect(aws.asked('BatchGetImage')).toMatchObject([
      { registryId: '763104351884', repositoryName: 'pytorch-inference', imageIds: [{ imageTag: '2.6.0-cpu-py312' }] },
    ]);
  });

  test.each(['public.ecr.aws/x/churn:v1', 'churn:v1'])('%s can’t be: it is in no registry we can ask', async (uri) =>
    expect(await images(scriptedAws()).pinned(uri)).toBeUndefined(),
  );

  test('an image that is not there has no digest', async () => {
    const aws = scriptedAws();
    aws.serve('ecr', { DescribeImages: refuse('ImageNotFoundException') });
    expect(await images(aws).pinned(`${registry}/churn:v1`)).toBeUndefined();
  });
});

describe('scanOf()', () => {
  const scanned = async (answer: () => object) => {
    const aws = scriptedAws();
    aws.serve('ecr', { DescribeImageScanFindings: answer });
    return ecrImages(registry, new ECRClient(aws.options)).scanOf(`${registry}/churn@${digest}`);
  };
  test.each(['COMPLETE', 'ACTIVE'])('counts by severity once the scan is %s', async (status) => {
    const answer = { imageScanStatus: { status }, imageScanFindings: { findingSeverityCounts: { HIGH: 2 } } };
    expect(await scanned(() => answer)).toEqual({ status, counts: { HIGH: 2 } });
  });
  test('a scan that found nothing found nothing', async () =>
    expect(await scanned(() => ({ imageScanStatus: { status: 'COMPLETE' } }))).toEqual({ status: 'COMPLETE', counts: {} }));
  test.each(['IN_PROGRESS', 'PENDING', 'SCAN_ELIGIBILITY_EXPIRED'])('a scan that is %s counts nothing', async (status) =>
    expect(await scanned(() => ({ imageScanStatus: { status } }))).toEqual({ status }),
  );
  test('a scan that failed says why', async () => {
    const imageScanStatus = { status: 'FAILED', description: 'UnsupportedImageError: The operating system is not supported.' };
    expect(await scanned(() => ({ imageScanStatus }))).toEqual({ status: `FAILED: ${imageScanStatus.description}` });
  });
  test('an image that was never scanned has none', async () => expect(await scanned(refuse('ScanNotFoundException'))).toEqual({ status: 'none' }));
});

describe('isSigned()', () => {
  /** ECR with an image's referrers, a page each. */
  const having = (...pages: string[][]) => {
    const aws = scriptedAws();
    aws.serve('ecr', {
      ListImageReferrers(input) {
        const page = Number((input as { nextToken?: string }).nextToken ?? 0); // As ECR takes it.
        return {
          referrers: (pages[page] ?? []).map((artifactType) => ({ digest, mediaType: 'x', size: 1, artifactType })),
          ...(page + 1 < pages.length && { nextToken: String(page + 1) }),
        };
      },
      DescribeImages: refuse('ImageNotFoundException'),
    });
    return aws;
  };
  const sbom = 'application/spdx+json';
  const signature = 'application/vnd.cncf.notary.signature';
  test('finds a signature behind any number of other things', async () => {
    const aws = having([sbom, sbom], [sbom], [sbom, signature]);
    expect(await images(aws).isSigned(`${registry}/churn@${digest}`)).toBe(true);
    expect(aws.asked('ListImageReferrers')).toHaveLength(3);
  });
  test('finds none where there is none on any page', async () =>
    expect(await images(having([sbom], [sbom])).isSigned(`${registry}/churn@${digest}`)).toBe(false));
});
