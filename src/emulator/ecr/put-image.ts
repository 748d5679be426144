import type { PutImageCommandInput, PutImageCommandOutput } from '@aws-sdk/client-ecr';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { indexTypes, parseManifest } from './manifest.ts';
import { digestOf, type EcrState, onRepository, publishImageAction, repositoryLimits, repositoryOf, type StoredImage } from './state.ts';

export const putImage = defineOperation<EcrState, PutImageCommandInput, Omit<PutImageCommandOutput, '$metadata'>>({
  name: 'PutImage',
  access: onRepository('PutImage'),
  limits: { ...repositoryLimits, imageManifest: { min: 1, max: 4_194_304 }, imageTag: { min: 1, max: 300 } },
  run(input, state) {
    const { kernel } = state;
    const repository = repositoryOf(state, input);
    const { imageManifest = '', imageTag } = input;
    const manifest = parseManifest(imageManifest, input.imageManifestMediaType);
    if (indexTypes.includes(manifest.mediaType)) throw notEmulated('ECR image indexes (push the manifest of one platform)');
    const digest = digestOf(imageManifest);
    if (input.imageDigest !== undefined && input.imageDigest !== digest) {
      throw new AwsError(
        'ImageDigestDoesNotMatchException',
        'The specified image digest does not match the digest that Amazon ECR calculated for the image.',
      );
    }
    const missing = [manifest.config.digest, ...manifest.layerDigests].filter((layer) => !repository.layers.has(layer));
    if (missing.length > 0) {
      throw new AwsError(
        'LayersNotFoundException',
        `The layers with digests '${missing.join(', ')}' do not exist in the repository with name '${repository.name}' in registry with id '${kernel.account}'`,
      );
    }

    const known = repository.images.get(digest);
    const tagged = imageTag === undefined ? undefined : repository.tags.get(imageTag);
    if (known && (imageTag === undefined || tagged === digest)) {
      const withTag = imageTag === undefined ? '' : ` and tag '${imageTag}'`;
      throw new AwsError(
        'ImageAlreadyExistsException',
        `Image with digest '${digest}'${withTag} already exists in the repository with name '${repository.name}' in registry with id '${kernel.account}'`,
      );
    }
    if (tagged !== undefined && repository.mutability === 'IMMUTABLE') {
      throw new AwsError(
        'ImageTagAlreadyExistsException',
        `The image tag '${imageTag ?? ''}' already exists in the '${repository.name}' repository and cannot be overwritten because the repository is immutable.`,
      );
    }
    const sizeInBytes = [manifest.config.digest, ...manifest.layerDigests].reduce((sum, layer) => sum + (repository.layers.get(layer) ?? 0), 0);
    const image: StoredImage = known ?? {
      digest,
      manifest: imageManifest,
      mediaType: manifest.mediaType,
      artifactMediaType: manifest.config.mediaType,
      configDigest: manifest.config.digest,
      layerDigests: manifest.layerDigests,
      sizeInBytes,
      pushedAtMs: kernel.clock.now(),
    };
    repository.images.set(digest, image);
    // A tag is one image's: the one that had it keeps its digest alone.
    if (imageTag !== undefined) repository.tags.set(imageTag, digest);
    kernel.trace.write('state', {
      service: 'ecr',
      repository: repository.name,
      pushed: digest,
      ...(imageTag === undefined ? {} : { tag: imageTag }),
    });
    publishImageAction(state, repository, image, { type: 'PUSH', tag: imageTag });
    return {
      image: {
        registryId: kernel.account,
        repositoryName: repository.name,
        imageId: { imageDigest: digest, ...(imageTag === undefined ? {} : { imageTag }) },
        imageManifest,
        imageManifestMediaType: image.mediaType,
      },
    };
  },
});
