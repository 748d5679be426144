import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  DescribeImagesCommand,
  ListImageReferrersCommand,
  PutImageCommand,
  PutImageTagMutabilityCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { digestOf, repositoryName, type TestRegistry, testRegistry } from './registry.ts';

const ociIndex = 'application/vnd.oci.image.index.v1+json';
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociConfig = 'application/vnd.oci.image.config.v1+json';
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Pushes a manifest of these blobs; what stands in `more` as it is. */
async function put({ client, upload }: TestRegistry, config: unknown, configType: string, more: object, tag?: string): Promise<string> {
  const blob = bytes(config);
  const layer = bytes({ of: config });
  for (const one of [blob, layer]) await upload(one);
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: ociManifest,
    config: { mediaType: configType, digest: digestOf(blob), size: blob.length },
    layers: [{ mediaType: 'application/vnd.in-toto+json', digest: digestOf(layer), size: layer.length }],
    ...more,
  });
  const { image } = await client.send(new PutImageCommand({ repositoryName, imageManifest, ...(tag === undefined ? {} : { imageTag: tag }) }));
  return image?.imageId?.imageDigest ?? '';
}

/** What `docker buildx build --provenance=true --push` leaves: an image, its attestation, and an index of both under the tag. */
async function buildx(registry: TestRegistry, imageTag: string) {
  const image = await put(registry, { architecture: 'amd64', os: 'linux', config: {} }, ociConfig, {});
  const attestation = await put(registry, { architecture: 'unknown', os: 'unknown', config: {} }, ociConfig, {});
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: ociIndex,
    manifests: [
      { mediaType: ociManifest, digest: image, size: 1, platform: { architecture: 'amd64', os: 'linux' } },
      {
        mediaType: ociManifest,
        digest: attestation,
        size: 1,
        platform: { architecture: 'unknown', os: 'unknown' },
        annotations: { 'vnd.docker.reference.digest': image, 'vnd.docker.reference.type': 'attestation-manifest' },
      },
    ],
  });
  const pushed = await registry.client.send(new PutImageCommand({ repositoryName, imageManifest, imageTag }));
  return { image, attestation, index: pushed.image?.imageId?.imageDigest ?? '', imageManifest };
}

describe('an index of several manifests', () => {
  it('is kept byte for byte and described with its type and the largest size', async () => {
    const registry = await testRegistry();
    const { index, image, imageManifest } = await buildx(registry, '1');

    expect(index).toBe(digestOf(imageManifest));
    const { imageDetails } = await registry.client.send(new DescribeImagesCommand({ repositoryName }));
    const sizes = imageDetails?.filter(({ imageDigest }) => imageDigest !== index).map(({ imageSizeInBytes = 0 }) => imageSizeInBytes) ?? [];
    const [described] = imageDetails?.filter(({ imageTags }) => imageTags?.includes('1')) ?? [];
    expect(described).toMatchObject({ imageDigest: index, imageManifestMediaType: ociIndex, imageSizeInBytes: Math.max(...sizes) });
    expect(described).not.toHaveProperty('artifactMediaType');
    expect(imageDetails?.find(({ imageDigest }) => imageDigest === image)).toMatchObject({
      imageManifestMediaType: ociManifest,
      artifactMediaType: ociConfig,
    });

    const { images } = await registry.client.send(
      new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: '1' }], acceptedMediaTypes: [ociIndex] }),
    );
    expect(images?.[0]).toMatchObject({ imageManifest, imageManifestMediaType: ociIndex });
    const converted = await rejection(
      registry.client.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: '1' }], acceptedMediaTypes: [ociManifest] })),
    );
    expect(converted.name).toBe('NotEmulated');
  });

  it('has its event with the index’s type, those it lists have theirs without a tag', async () => {
    const registry = await testRegistry();
    const { index } = await buildx(registry, '1');
    expect(registry.kernel.events.map(({ detail }) => [detail['image-tag'], detail['manifest-media-type']])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['1', ociIndex],
    ]);
    expect(registry.ecr.resolveDigest(`000000000000.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}:1`)).toBe(index);
    // Which of its images would run is the puller's to choose: here nobody does.
    expect(registry.ecr.image(`000000000000.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}:1`)).toBeUndefined();
  });

  it('is refused while what it lists is not there', async () => {
    const { client } = await testRegistry();
    const missing = `sha256:${'ab'.repeat(32)}`;
    const imageManifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: [{ mediaType: ociManifest, digest: missing, size: 1 }],
    });
    const error = await rejection(client.send(new PutImageCommand({ repositoryName, imageManifest })));
    expect(error.name).toBe('ReferencedImagesNotFoundException');
    expect(error.message).toContain(missing);
  });

  it('keeps what it lists from being deleted before it', async () => {
    const registry = await testRegistry();
    const { image, index } = await buildx(registry, '1');
    const remove = (imageDigest: string) => registry.client.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest }] }));
    expect((await remove(image)).failures).toEqual([
      {
        imageId: { imageDigest: image },
        failureCode: 'ImageReferencedByManifestList',
        failureReason: `Requested image referenced by manifest list: [${index}]`,
      },
    ]);
    expect((await remove(index)).failures).toEqual([]);
    expect((await remove(image)).failures).toEqual([]);
  });

  it('is not scanned; what it lists is, and an attestation has no system to scan', async () => {
    const registry = await testRegistry('MUTABLE', true);
    const { image, attestation } = await buildx(registry, '1');
    await registry.kernel.clock.advance(120_000);
    const told = registry.kernel.events
      .filter(({ detailType }) => detailType === 'ECR Image Scan')
      .map(({ detail }) => [detail['image-digest'], detail['scan-status']]);
    expect(new Map(told as [string, string][])).toEqual(
      new Map([
        [image, 'COMPLETE'],
        [attestation, 'FAILED'],
      ]),
    );
  });
});

describe('signatures', () => {
  it('are found under a tag of the signed digest, also where tags are immutable', async () => {
    const registry = await testRegistry('IMMUTABLE');
    const { digest } = await registry.push('signed', '1');
    const tag = `${digest.replace(':', '-')}.sig`;
    const signature = await put(registry, { critical: digest }, ociConfig, {}, tag);
    const { images } = await registry.client.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: tag }] }));
    expect(images?.[0]?.imageId).toEqual({ imageDigest: signature, imageTag: tag });
    const again = await rejection(put(registry, { critical: 'another' }, ociConfig, {}, tag));
    expect(again.name).toBe('ImageTagAlreadyExistsException');
    expect(again.message).toBe(
      `The image tag '${tag}' already exists in the '${repositoryName}' repository and cannot be overwritten because the repository is immutable.`,
    );
    // What was immutable may become mutable, and then it moves.
    await registry.client.send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'MUTABLE' }));
    expect(await put(registry, { critical: 'a third' }, ociConfig, {}, tag)).not.toBe(signature);
  });

  it('are listed as referrers of their subject, by type', async () => {
    const registry = await testRegistry();
    const { digest } = await registry.push('signed', '1');
    const subject = { mediaType: 'application/vnd.docker.distribution.manifest.v2+json', digest, size: 1 };
    const empty = 'application/vnd.oci.empty.v1+json';
    const signature = await put(registry, { a: 1 }, empty, {
      subject,
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      annotations: { by: 'us' },
    });
    const sbom = await put(registry, { b: 1 }, empty, { subject, artifactType: 'application/spdx+json' });
    const list = async (artifactTypes?: string[]) => {
      const filter = artifactTypes ? { filter: { artifactTypes } } : {};
      const { referrers } = await registry.client.send(
        new ListImageReferrersCommand({ repositoryName, subjectId: { imageDigest: digest }, ...filter }),
      );
      return referrers;
    };

    expect((await list())?.map(({ digest: one }) => one)).toEqual([signature, sbom]);
    expect(await list(['application/vnd.dev.sigstore.bundle.v0.3+json'])).toEqual([
      expect.objectContaining({ digest: signature, mediaType: ociManifest, annotations: { by: 'us' }, artifactStatus: 'ACTIVE' }),
    ]);
    const { imageDetails } = await registry.client.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageDigest: sbom }] }));
    expect(imageDetails?.[0]).toMatchObject({ subjectManifestDigest: digest, artifactMediaType: 'application/spdx+json' });
  });
});
