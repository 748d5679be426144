import type { PutImageCommandInput, PutImageCommandOutput } from '@aws-sdk/client-ecr';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { parseManifest } from './manifest.ts';
import { beginScan, isScannable } from './scan.ts';
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
    const digest = digestOf(imageManifest);
    if (input.imageDigest !== undefined && input.imageDigest !== digest) {
      throw new AwsError(
        'ImageDigestDoesNotMatchException',
        'The specified image digest does not match the digest that Amazon ECR calculated for the image.',
      );
    }
    const blobs = manifest.config ? [manifest.config.digest, ...manifest.layerDigests] : [];
    const missing = blobs.filter((layer) => !repository.layers.has(layer));
    if (missing.length > 0) {
      throw new AwsError(
        'LayersNotFoundException',
        `The layers with digests '${missing.join(', ')}' do not exist in the repository with name '${repository.name}' in registry with id '${kernel.account}'`,
      );
    }
    const listed = manifest.manifestDigests.map((one) => repository.images.get(one));
    const absent = manifest.manifestDigests.filter((one) => !repository.images.has(one));
    if (absent.length > 0) {
      throw new AwsError(
        'ReferencedImagesNotFoundException',
        `Image manifest list references images '${absent.join(', ')}', which do not exist in the repository with name '${repository.name}' in registry with id '${kernel.account}'`,
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
    const sizeInBytes = manifest.config
      ? blobs.reduce((sum, layer) => sum + (repository.layers.get(layer) ?? 0), 0)
      : Math.max(0, ...listed.map((one) => one?.sizeInBytes ?? 0));
    const image: StoredImage = known ?? {
      digest,
      manifest: imageManifest,
      mediaType: manifest.mediaType,
      artifactMediaType: manifest.artifactType,
      configDigest: manifest.config?.digest,
      layerDigests: manifest.layerDigests,
      manifestDigests: manifest.manifestDigests,
      subjectDigest: manifest.subjectDigest,
      annotations: manifest.annotations,
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
    // A push under another tag brings nothing new to scan.
    if (repository.scanOnPush && !known && isScannable(image)) beginScan(state, repository, image);
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
