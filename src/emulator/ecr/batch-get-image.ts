import type { BatchGetImageCommandInput, BatchGetImageCommandOutput, Image, ImageFailure } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { type EcrState, findImage, onRepository, repositoryLimits, repositoryOf } from './state.ts';

export const batchGetImage = defineOperation<EcrState, BatchGetImageCommandInput, Omit<BatchGetImageCommandOutput, '$metadata'>>({
  name: 'BatchGetImage',
  access: onRepository('BatchGetImage'),
  limits: { ...repositoryLimits, imageIds: { min: 1, max: 100 } },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const images: Image[] = [];
    const failures: ImageFailure[] = [];
    for (const imageId of input.imageIds ?? []) {
      const image = findImage(repository, imageId);
      if (!image) {
        failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
        continue;
      }
      images.push({
        registryId: state.kernel.account,
        repositoryName: repository.name,
        imageId: { imageDigest: image.digest, ...(imageId.imageTag === undefined ? {} : { imageTag: imageId.imageTag }) },
        imageManifest: image.manifest,
        imageManifestMediaType: image.mediaType,
      });
    }
    return { images, failures };
  },
});
