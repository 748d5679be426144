import { createHash } from 'node:crypto';
import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  type ECRClient,
  ImageAlreadyExistsException,
  InitiateLayerUploadCommand,
  LayerAlreadyExistsException,
  PutImageCommand,
  RepositoryAlreadyExistsException,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import type { Registry } from '../containers/push.ts';

/** Each part but the last has 5 to 20 MiB; ECR recommends 10. */
const partBytes = 10 * 1_024 * 1_024;

/** A registry of Amazon ECR, in the client's account and region. */
export function ecrRegistry(client: Pick<ECRClient, 'send'>): Registry {
  return {
    async ensureRepository(name) {
      try {
        await client.send(new CreateRepositoryCommand({ repositoryName: name }));
      } catch (error) {
        if (!(error instanceof RepositoryAlreadyExistsException)) throw error;
      }
    },
    async hasLayer(repository, digest) {
      const { layers } = await client.send(new BatchCheckLayerAvailabilityCommand({ repositoryName: repository, layerDigests: [digest] }));
      return layers?.some(({ layerAvailability }) => layerAvailability === 'AVAILABLE') ?? false;
    },
    async uploadLayer(repository, digest, bytes) {
      const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName: repository }));
      for (let first = 0; first < bytes.length; first += partBytes) {
        const layerPartBlob = bytes.subarray(first, first + partBytes);
        const partLastByte = first + layerPartBlob.length - 1;
        await client.send(new UploadLayerPartCommand({ repositoryName: repository, uploadId, partFirstByte: first, partLastByte, layerPartBlob }));
      }
      try {
        await client.send(new CompleteLayerUploadCommand({ repositoryName: repository, uploadId, layerDigests: [digest] }));
      } catch (error) {
        // Somebody else was faster with the same bytes.
        if (!(error instanceof LayerAlreadyExistsException)) throw error;
      }
    },
    async putImage(repository, manifest, mediaType, tag) {
      try {
        const { image } = await client.send(
          new PutImageCommand({ repositoryName: repository, imageManifest: manifest, imageManifestMediaType: mediaType, imageTag: tag }),
        );
        return { digest: image?.imageId?.imageDigest ?? '' };
      } catch (error) {
        if (!(error instanceof ImageAlreadyExistsException)) throw error;
        return { digest: `sha256:${createHash('sha256').update(manifest).digest('hex')}` };
      }
    },
  };
}
