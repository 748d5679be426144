import { readFileSync } from 'node:fs';
import { BatchGetImageCommand, DescribeImagesCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { digestOf, repositoryName, testRegistry } from './registry.ts';

/** AWS's own event of a push, with this image's name, digest and tag in its place. */
function recorded(file: string, digest: string, tag?: string): unknown {
  const event = JSON.parse(readFileSync(new URL(`../../events/${file}`, import.meta.url), 'utf8')) as {
    source: string;
    'detail-type': string;
    resources: string[];
    detail: Record<string, string>;
  };
  return {
    source: event.source,
    detailType: event['detail-type'],
    resources: event.resources,
    detail: { ...event.detail, 'repository-name': repositoryName, 'image-digest': digest, ...(tag === undefined ? {} : { 'image-tag': tag }) },
  };
}

describe('PutImage', () => {
  it('keeps the manifest byte for byte; its digest is the image’s', async () => {
    const { client, push } = await testRegistry();
    const { digest, manifest } = await push('one', '1.8.0');

    expect(digest).toBe(digestOf(manifest));
    const { images } = await client.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: '1.8.0' }] }));
    expect(images).toEqual([
      {
        registryId: '000000000000',
        repositoryName,
        imageId: { imageDigest: digest, imageTag: '1.8.0' },
        imageManifest: manifest,
        imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      },
    ]);
  });

  it('publishes one event a tag, in the shape of AWS’s', async () => {
    const { kernel, push } = await testRegistry();
    const { digest } = await push('one', '1.8.0');
    await push('one', 'stable');
    const other = await push('two');

    expect(kernel.events).toEqual([
      recorded('ecr-image-action-push.json', digest, '1.8.0'),
      recorded('ecr-image-action-push.json', digest, 'stable'),
      recorded('ecr-image-action-push-untagged.json', other.digest),
    ]);
  });

  it('moves a tag to the newer image, whose older one keeps its digest', async () => {
    const { client, ecr, push } = await testRegistry();
    const one = await push('one', 'latest');
    const two = await push('two', 'latest');

    const uri = `000000000000.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}`;
    expect(ecr.resolveDigest(uri)).toBe(two.digest);
    expect(ecr.resolveDigest(`${uri}@${one.digest}`)).toBe(one.digest);
    const { imageDetails } = await client.send(new DescribeImagesCommand({ repositoryName, filter: { tagStatus: 'UNTAGGED' } }));
    expect(imageDetails?.map(({ imageDigest, imageTags }) => ({ imageDigest, imageTags }))).toEqual([
      { imageDigest: one.digest, imageTags: undefined },
    ]);
  });

  it('refuses the same image under the same tag, and tells nobody', async () => {
    const { kernel, push } = await testRegistry();
    const { digest } = await push('one', '1');

    const error = await rejection(push('one', '1'));
    expect(error.name).toBe('ImageAlreadyExistsException');
    expect(error.message).toBe(
      `Image with digest '${digest}' and tag '1' already exists in the repository with name '${repositoryName}' in registry with id '000000000000'`,
    );
    expect((await rejection(push('one'))).name).toBe('ImageAlreadyExistsException');
    expect(kernel.events).toHaveLength(1);
  });

  it('refuses to move a tag of an immutable repository, and takes a new tag for a known image', async () => {
    const { push } = await testRegistry('IMMUTABLE');
    await push('one', '1');

    const error = await rejection(push('two', '1'));
    expect(error.name).toBe('ImageTagAlreadyExistsException');
    expect(error.message).toBe(
      `The image tag '1' already exists in the '${repositoryName}' repository and cannot be overwritten because the repository is immutable.`,
    );
    await expect(push('one', '1-again')).resolves.toBeDefined();
  });

  it.each([
    ['names layers the repository lacks', manifestOf([digestOf('never uploaded')]), {}, 'LayersNotFoundException', digestOf('never uploaded')],
    ['is no JSON', 'FROM node', {}, 'InvalidParameterException', 'Invalid JSON syntax'],
    ['names no layers', '{"schemaVersion":2}', {}, 'InvalidParameterException', 'no config or layers'],
    ['is not what its digest says', manifestOf([]), { imageDigest: digestOf('other') }, 'ImageDigestDoesNotMatchException', 'does not match'],
    [
      'is an index of nothing readable',
      '{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{}]}',
      {},
      'InvalidParameterException',
      'no manifests',
    ],
  ])('refuses a manifest that %s', async (_, imageManifest, more, name, text) => {
    const { client, kernel } = await testRegistry();

    const error = await rejection(client.send(new PutImageCommand({ repositoryName, imageManifest, ...more })));
    expect(error.name).toBe(name);
    expect(error.message).toContain(text);
    expect(kernel.events).toEqual([]);
  });
});

function manifestOf(layers: readonly string[]): string {
  return JSON.stringify({ schemaVersion: 2, config: { digest: digestOf('no such config') }, layers: layers.map((digest) => ({ digest })) });
}
