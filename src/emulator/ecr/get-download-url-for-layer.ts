import type { GetDownloadUrlForLayerCommandInput, GetDownloadUrlForLayerCommandOutput } from '@aws-sdk/client-ecr';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type EcrState, onRepository, repositoryLimits } from './state.ts';

/** Its answer is a pre-signed address of a storage of AWS's own; nothing here serves one. */
export const getDownloadUrlForLayer = defineOperation<
  EcrState,
  GetDownloadUrlForLayerCommandInput,
  Omit<GetDownloadUrlForLayerCommandOutput, '$metadata'>
>({
  name: 'GetDownloadUrlForLayer',
  access: onRepository('GetDownloadUrlForLayer'),
  limits: repositoryLimits,
  run() {
    throw notEmulated('ecr:GetDownloadUrlForLayer');
  },
});
