import type { BatchDeleteImageCommandInput, BatchDeleteImageCommandOutput, ImageFailure, ImageIdentifier } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { type EcrState, findImage, indexOf, onRepository, publishImageAction, repositoryLimits, repositoryOf, tagsOf } from './state.ts';

/** By digest: the image with all its tags. By tag: the tag, and with the last tag the image. One event a tag. */
export const batchDeleteImage = defineOperation<EcrState, BatchDeleteImageCommandInput, Omit<BatchDeleteImageCommandOutput, '$metadata'>>({
  name: 'BatchDeleteImage',
  access: onRepository('BatchDeleteImage'),
  limits: { ...repositoryLimits, imageIds: { min: 1, max: 100 } },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const imageIds: ImageIdentifier[] = [];
    const failures: ImageFailure[] = [];
    for (const imageId of input.imageIds ?? []) {
      const image = findImage(repository, imageId);
      if (!image) {
        failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
        continue;
      }
      const index = indexOf(repository, image.digest);
      if (index && (imageId.imageTag === undefined || tagsOf(repository, image.digest).length === 1)) {
        failures.push({
          imageId,
          failureCode: 'ImageReferencedByManifestList',
          failureReason: `Requested image referenced by manifest list: [${index.digest}]`,
        });
        continue;
      }
      const tags = imageId.imageTag === undefined ? tagsOf(repository, image.digest) : [imageId.imageTag];
      for (const tag of tags) repository.tags.delete(tag);
      if (tagsOf(repository, image.digest).length === 0) {
        repository.images.delete(image.digest);
        repository.scans.delete(image.digest);
      }
      for (const imageTag of tags.length > 0 ? tags : [undefined]) {
        imageIds.push({ imageDigest: image.digest, ...(imageTag === undefined ? {} : { imageTag }) });
        publishImageAction(state, repository, image, { type: 'DELETE', tag: imageTag });
      }
      state.kernel.trace.write('state', { service: 'ecr', repository: repository.name, deleted: image.digest, tags });
    }
    return { imageIds, failures };
  },
});
