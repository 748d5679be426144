import { join } from 'node:path';
import { type ImageConfig, parseImageConfig } from '../../containers/image.ts';
import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { batchCheckLayerAvailability } from './batch-check-layer-availability.ts';
import { batchDeleteImage } from './batch-delete-image.ts';
import { batchGetImage } from './batch-get-image.ts';
import { completeLayerUpload } from './complete-layer-upload.ts';
import { createRepository } from './create-repository.ts';
import { deleteRepository } from './delete-repository.ts';
import { describeImages } from './describe-images.ts';
import { describeRepositories } from './describe-repositories.ts';
import { getAuthorizationToken } from './get-authorization-token.ts';
import { parseImageUri } from './image-uri.ts';
import { initiateLayerUpload } from './initiate-layer-upload.ts';
import { listImages } from './list-images.ts';
import { putImage } from './put-image.ts';
import { blobsUnder, type EcrState, findImage, type StoredImage } from './state.ts';
import { uploadLayerPart } from './upload-layer-part.ts';

/** An image in this registry, as who runs it needs it. */
export interface PulledImage {
  readonly digest: string;
  readonly repository: string;
  readonly config: ImageConfig;
  /** Gzipped tars on disk, lowest first. */
  readonly layerFiles: readonly string[];
}

export interface Ecr {
  readonly service: Service;
  /** The image an URI names; undefined when there is none, or it is another account's, region's or registry's. */
  image(imageUri: string): PulledImage | undefined;
  /** The digest an URI stands for right now: what SageMaker resolves when a model is deployed. */
  resolveDigest(imageUri: string): string | undefined;
}

/** ECR: repositories, layers and images behind the real API; layers are files. */
export function createEcrService(kernel: Kernel): Ecr {
  const state: EcrState = {
    kernel,
    repositories: new Map(),
    uploads: new Map(),
    blobs: blobsUnder(() => join(kernel.dataFolder, 'ecr')),
  };
  function find(imageUri: string): { readonly image: StoredImage; readonly repository: string } | undefined {
    const reference = parseImageUri(imageUri);
    if (reference?.account !== kernel.account || reference.region !== kernel.region) return undefined;
    const repository = state.repositories.get(reference.repository);
    const image =
      repository &&
      findImage(repository, {
        ...(reference.digest === undefined ? {} : { imageDigest: reference.digest }),
        ...(reference.tag === undefined ? {} : { imageTag: reference.tag }),
      });
    return image && { image, repository: reference.repository };
  }
  return {
    service: bindService('ecr', state, [
      createRepository,
      deleteRepository,
      describeRepositories,
      getAuthorizationToken,
      initiateLayerUpload,
      uploadLayerPart,
      completeLayerUpload,
      batchCheckLayerAvailability,
      putImage,
      describeImages,
      listImages,
      batchGetImage,
      batchDeleteImage,
    ]),
    image(imageUri) {
      const found = find(imageUri);
      return (
        found && {
          digest: found.image.digest,
          repository: found.repository,
          config: parseImageConfig(state.blobs.read(found.image.configDigest)),
          layerFiles: found.image.layerDigests.map((digest) => state.blobs.file(digest)),
        }
      );
    },
    resolveDigest: (imageUri) => find(imageUri)?.image.digest,
  };
}
