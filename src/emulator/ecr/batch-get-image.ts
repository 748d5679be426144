import type { BatchGetImageCommandInput, BatchGetImageCommandOutput, Image, ImageFailure } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { type EcrState, findImage, onRepository, refuseSetting, repositoryLimits, repositoryOf } from './state.ts';

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
      // AWS converts some manifests to what the caller accepts.
      const accepted = input.acceptedMediaTypes ?? [];
      refuseSetting(accepted.length > 0 && !accepted.includes(image.mediaType), `ECR's conversion of a manifest of type ${image.mediaType}`);
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
