import type { InitiateLayerUploadCommandInput, InitiateLayerUploadCommandOutput } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { type EcrState, onRepository, repositoryLimits, repositoryOf } from './state.ts';

/** The part size AWS recommends to its callers, bytes. */
const partSize = 10_485_760;

export const initiateLayerUpload = defineOperation<EcrState, InitiateLayerUploadCommandInput, Omit<InitiateLayerUploadCommandOutput, '$metadata'>>({
  name: 'InitiateLayerUpload',
  access: onRepository('InitiateLayerUpload'),
  limits: repositoryLimits,
  run(input, state) {
    const repository = repositoryOf(state, input);
    const uploadId = state.kernel.random.uuid('ecr/upload');
    state.uploads.set(uploadId, { repositoryName: repository.name, parts: [], receivedBytes: 0 });
    return { uploadId, partSize };
  },
});
