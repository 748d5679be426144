import type { UploadLayerPartCommandInput, UploadLayerPartCommandOutput } from '@aws-sdk/client-ecr';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type EcrState, onRepository, type Repository, repositoryLimits, repositoryOf, type Upload } from './state.ts';

/** @throws AwsError `UploadNotFoundException` */
export function uploadOf({ kernel, uploads }: EcrState, repository: Repository, uploadId: string | undefined): Upload {
  const upload = uploads.get(uploadId ?? '');
  if (upload?.repositoryName !== repository.name) {
    throw new AwsError(
      'UploadNotFoundException',
      `Layer upload with id '${uploadId ?? ''}' does not exist in the repository with name '${repository.name}' in the registry with id '${kernel.account}'`,
    );
  }
  return upload;
}

export const uploadLayerPart = defineOperation<EcrState, UploadLayerPartCommandInput, Omit<UploadLayerPartCommandOutput, '$metadata'>>({
  name: 'UploadLayerPart',
  access: onRepository('UploadLayerPart'),
  limits: {
    ...repositoryLimits,
    uploadId: { pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/ },
    partFirstByte: { min: 0 },
    partLastByte: { min: 0 },
    layerPartBlob: { min: 0, max: 20_971_520 },
  },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const upload = uploadOf(state, repository, input.uploadId);
    const { partFirstByte: first = 0, partLastByte: last = 0, layerPartBlob: blob = new Uint8Array() } = input;
    // Parts come one after another, without gap or overlap.
    if (first !== upload.receivedBytes || last - first + 1 !== blob.length) {
      throw new AwsError(
        'InvalidLayerPartException',
        `The layer part size is not valid, or the first byte specified is not consecutive to the last byte of a previous layer part upload`,
        {
          fields: {
            registryId: state.kernel.account,
            repositoryName: repository.name,
            uploadId: input.uploadId,
            lastValidByteReceived: upload.receivedBytes - 1,
          },
        },
      );
    }
    upload.parts.push(blob);
    upload.receivedBytes += blob.length;
    return { registryId: state.kernel.account, repositoryName: repository.name, uploadId: input.uploadId, lastByteReceived: last };
  },
});
