import { existsSync, readFileSync } from 'node:fs';
import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  ListImagesCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { parseImageUri } from '../../../src/emulator/ecr/image-uri.ts';
import { rejection } from '../front-fixture.ts';
import { repositoryName, testRegistry } from './registry.ts';

const uri = `000000000000.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}`;

describe('images', () => {
  it('are described with all their tags, at the time of the push', async () => {
    const { client, kernel, push } = await testRegistry();
    const { digest } = await push('one', '1');
    await kernel.clock.advance(60_000);
    await push('one', 'stable');

    const { imageDetails } = await client.send(
      new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'stable' }, { imageDigest: digest }] }),
    );
    expect(imageDetails).toEqual([
      {
        registryId: '000000000000',
        repositoryName,
        imageDigest: digest,
        imageTags: ['1', 'stable'],
        // The configuration's and the layer's bytes.
        imageSizeInBytes: '{"architecture":"amd64","os":"linux","config":{"Labels":{"content":"one"}}}'.length + 'layer of one'.length,
        imagePushedAt: new Date('2026-11-22T10:00:00Z'),
        imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        artifactMediaType: 'application/vnd.docker.container.image.v1+json',
      },
    ]);
  });

  it('are refused by name where there is none', async () => {
    const { client } = await testRegistry();
    const error = await rejection(client.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: '7' }] })));
    expect(error.name).toBe('ImageNotFoundException');
    expect(error.message).toBe(
      `The image with imageId {imageDigest:'null', imageTag:'7'} does not exist within the repository with name '${repositoryName}' in the registry with id '000000000000'`,
    );
    const { images, failures } = await client.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: '7' }] }));
    expect(images).toEqual([]);
    expect(failures).toEqual([{ imageId: { imageTag: '7' }, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' }]);
  });

  it('are listed an identifier a tag, a page at a time', async () => {
    const { client, push } = await testRegistry();
    const one = await push('one', 'a');
    await push('one', 'b');
    const two = await push('two');

    const first = await client.send(new ListImagesCommand({ repositoryName, maxResults: 2 }));
    const second = await client.send(new ListImagesCommand({ repositoryName, maxResults: 2, nextToken: first.nextToken }));
    expect([first.imageIds, second.imageIds]).toEqual([
      [
        { imageDigest: one.digest, imageTag: 'a' },
        { imageDigest: one.digest, imageTag: 'b' },
      ],
      [{ imageDigest: two.digest }],
    ]);
    expect(second.nextToken).toBeUndefined();
  });

  it('lose a tag first and go with the last, one event a tag', async () => {
    const { client, ecr, kernel, push } = await testRegistry();
    const { digest } = await push('one', 'a');
    await push('one', 'b');
    await push('one', 'c');
    kernel.events.length = 0;
    const tags = () => kernel.events.map(({ detail }) => [detail['action-type'], detail['image-tag']]);

    await client.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: 'a' }] }));
    expect(ecr.resolveDigest(`${uri}@${digest}`)).toBe(digest);
    const { imageIds } = await client.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest: digest }] }));

    expect(imageIds?.map(({ imageTag }) => imageTag)).toEqual(['b', 'c']);
    expect(tags()).toEqual([
      ['DELETE', 'a'],
      ['DELETE', 'b'],
      ['DELETE', 'c'],
    ]);
    expect(Object.keys(kernel.events[0]?.detail ?? {}).sort()).toEqual(
      Object.keys(
        (JSON.parse(readFileSync(new URL('../../events/ecr-image-action-delete.json', import.meta.url), 'utf8')) as { detail: object }).detail,
      ).sort(),
    );
    expect(ecr.resolveDigest(`${uri}@${digest}`)).toBeUndefined();
  });
});

describe('image()', () => {
  it('gives who runs it the configuration and the layers as files', async () => {
    const { ecr, push } = await testRegistry();
    const { digest } = await push('one', '1');

    const image = ecr.image(`${uri}:1`);
    expect(image).toMatchObject({ digest, repository: repositoryName, config: { Labels: { content: 'one' }, architecture: 'amd64' } });
    expect(image?.layerFiles.map((file) => readFileSync(file, 'utf8'))).toEqual(['layer of one']);
    expect(image?.layerFiles.every(existsSync)).toBe(true);
  });

  it.each([
    ['another tag', `${uri}:2`],
    ['no tag, which is latest', uri],
    ['another repository', '000000000000.dkr.ecr.eu-west-1.amazonaws.com/other:1'],
    ['another account', `111122223333.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}:1`],
    ['another region', `000000000000.dkr.ecr.us-east-1.amazonaws.com/${repositoryName}:1`],
    ['another registry', 'docker.io/library/node:24'],
  ])('has nothing for %s', async (_, name) => {
    const { ecr, push } = await testRegistry();
    await push('one', '1');
    expect(ecr.image(name)).toBeUndefined();
    expect(ecr.resolveDigest(name)).toBeUndefined();
  });
});

describe('parseImageUri()', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  it.each([
    [`${uri}:1.8.0`, { tag: '1.8.0' }],
    [`${uri}@${digest}`, { digest }],
    // With both, the digest decides, as Docker has it.
    [`${uri}:1.8.0@${digest}`, { digest }],
    [uri, { tag: 'latest' }],
  ])('reads %s', (name, rest) => {
    expect(parseImageUri(name)).toEqual({ account: '000000000000', region: 'eu-west-1', repository: repositoryName, ...rest });
  });
});

describe('repositories', () => {
  it('are made once, described, and deleted with their images only by force', async () => {
    const { client, push } = await testRegistry();
    await push('one', '1');

    expect((await rejection(client.send(new CreateRepositoryCommand({ repositoryName })))).message).toBe(
      `The repository with name '${repositoryName}' already exists in the registry with id '000000000000'`,
    );
    const { repositories } = await client.send(new DescribeRepositoriesCommand({}));
    expect(repositories).toEqual([
      expect.objectContaining({
        repositoryArn: `arn:aws:ecr:eu-west-1:000000000000:repository/${repositoryName}`,
        repositoryUri: uri,
        imageTagMutability: 'MUTABLE',
        createdAt: new Date('2026-11-22T10:00:00Z'),
      }),
    ]);
    expect((await rejection(client.send(new DeleteRepositoryCommand({ repositoryName })))).name).toBe('RepositoryNotEmptyException');
    await client.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
    expect((await rejection(client.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })))).name).toBe(
      'RepositoryNotFoundException',
    );
  });

  it('take AWS’s names only', async () => {
    const { client } = await testRegistry();
    const error = await rejection(client.send(new CreateRepositoryCommand({ repositoryName: 'Upper/Case' })));
    expect(error.name).toBe('InvalidParameterException');
  });

  it('refuse by name what is not emulated', async () => {
    const { client } = await testRegistry();
    const error = await rejection(
      client.send(new CreateRepositoryCommand({ repositoryName: 'x-y', encryptionConfiguration: { encryptionType: 'KMS' } })),
    );
    expect(error.name).toBe('NotEmulated');
    expect(error.message).toContain('encrypted with KMS');
  });
});

describe('GetAuthorizationToken', () => {
  it('gives docker login a user, a password and twelve hours', async () => {
    const { client } = await testRegistry();
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const [token] = authorizationData ?? [];
    expect(Buffer.from(token?.authorizationToken ?? '', 'base64').toString()).toMatch(/^AWS:[0-9a-f]{64}$/);
    expect(token?.expiresAt).toEqual(new Date('2026-11-22T22:00:00Z'));
    expect(token?.proxyEndpoint).toBe('https://000000000000.dkr.ecr.eu-west-1.amazonaws.com');
  });
});
