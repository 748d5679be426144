import type { CompleteLayerUploadCommandInput, CompleteLayerUploadCommandOutput } from '@aws-sdk/client-ecr';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { digestOf, type EcrState, layerDigestLimit, onRepository, repositoryLimits, repositoryOf } from './state.ts';
import { uploadOf } from './upload-layer-part.ts';

/** Every part but the last has at least this many bytes. */
const smallestPartBytes = 5 * 1_024 * 1_024;

export const completeLayerUpload = defineOperation<EcrState, CompleteLayerUploadCommandInput, Omit<CompleteLayerUploadCommandOutput, '$metadata'>>({
  name: 'CompleteLayerUpload',
  access: onRepository('CompleteLayerUpload'),
  limits: { ...repositoryLimits, layerDigests: { min: 1, max: 100 }, 'layerDigests[]': layerDigestLimit },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const upload = uploadOf(state, repository, input.uploadId);
    if (upload.receivedBytes === 0) throw new AwsError('EmptyUploadException', 'The specified layer upload does not contain any layer parts.');
    if (upload.parts.slice(0, -1).some((part) => part.length < smallestPartBytes)) {
      throw new AwsError('LayerPartTooSmallException', 'Layer parts must be at least 5 MiB in size.');
    }
    const bytes = Buffer.concat(upload.parts);
    const digest = digestOf(bytes);
    if (!input.layerDigests?.includes(digest)) {
      throw new AwsError(
        'InvalidLayerException',
        'The layer digest calculation performed by Amazon ECR upon receipt of the image layer does not match the digest specified.',
      );
    }
    if (repository.layers.has(digest)) {
      throw new AwsError(
        'LayerAlreadyExistsException',
        `Layer with digest '${digest}' already exists in the repository with name '${repository.name}' in registry with id '${state.kernel.account}'`,
      );
    }
    if (!state.blobs.has(digest)) state.blobs.write(digest, bytes);
    repository.layers.set(digest, bytes.length);
    state.uploads.delete(input.uploadId ?? '');
    return { registryId: state.kernel.account, repositoryName: repository.name, uploadId: input.uploadId, layerDigest: digest };
  },
});
