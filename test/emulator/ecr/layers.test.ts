import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  InitiateLayerUploadCommand,
  InvalidLayerPartException,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { digestOf, repositoryName, testRegistry } from './registry.ts';

const mebibyte = 1_024 * 1_024;

/** Uploads parts of these sizes one after another, and completes with the digest given or the right one. */
async function uploadParts(sizes: readonly number[], digest?: string) {
  const { client, ...registry } = await testRegistry();
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }));
  const parts = sizes.map((size, index) => new Uint8Array(size).fill(index + 1));
  let first = 0;
  for (const layerPartBlob of parts) {
    const partLastByte = first + layerPartBlob.length - 1;
    await client.send(new UploadLayerPartCommand({ repositoryName, uploadId, partFirstByte: first, partLastByte, layerPartBlob }));
    first += layerPartBlob.length;
  }
  const layerDigests = [digest ?? digestOf(Buffer.concat(parts))];
  return { client, ...registry, uploadId, complete: () => client.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests })) };
}

describe('a layer upload', () => {
  it('joins its parts and is then available', async () => {
    const { client, complete } = await uploadParts([5 * mebibyte, 7]);
    const { layerDigest = '' } = await complete();

    const answer = await client.send(
      new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests: [layerDigest, digestOf('other'), 'nonsense'] }),
    );
    expect(answer.layers).toEqual([
      {
        layerDigest,
        layerAvailability: 'AVAILABLE',
        layerSize: 5 * mebibyte + 7,
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      },
      { layerDigest: digestOf('other'), layerAvailability: 'UNAVAILABLE' },
    ]);
    expect(answer.failures?.map(({ layerDigest, failureCode }) => [layerDigest, failureCode])).toEqual([['nonsense', 'InvalidLayerDigest']]);
  });

  it.each([
    ['is not what its digest says', [3], digestOf('other'), 'InvalidLayerException'],
    ['has an early part of less than 5 MiB', [mebibyte, 3], undefined, 'LayerPartTooSmallException'],
    ['has no part', [], digestOf(''), 'EmptyUploadException'],
  ])('is refused where it %s', async (_, sizes, digest, name) => {
    const { complete } = await uploadParts(sizes, digest);
    expect((await rejection(complete())).name).toBe(name);
  });

  it('is refused where a part leaves a gap, with the last byte that was right', async () => {
    const { client, uploadId } = await uploadParts([10]);
    const part = { repositoryName, uploadId, partFirstByte: 11, partLastByte: 11, layerPartBlob: new Uint8Array(1) };

    const error = await rejection(client.send(new UploadLayerPartCommand(part)));
    expect(error).toBeInstanceOf(InvalidLayerPartException);
    expect(error['lastValidByteReceived']).toBe(9);
  });

  it('is refused where it is there already, is unknown, or its repository is', async () => {
    const { client, upload } = await testRegistry();
    await upload(new Uint8Array([1]));

    expect((await rejection(upload(new Uint8Array([1])))).name).toBe('LayerAlreadyExistsException');
    const complete = { repositoryName, uploadId: '00000000-0000-4000-8000-000000000000', layerDigests: [digestOf('x')] };
    expect((await rejection(client.send(new CompleteLayerUploadCommand(complete)))).name).toBe('UploadNotFoundException');
    const unknown = await rejection(client.send(new InitiateLayerUploadCommand({ repositoryName: 'no-such' })));
    expect(unknown.message).toBe("The repository with name 'no-such' does not exist in the registry with id '000000000000'");
  });
});
