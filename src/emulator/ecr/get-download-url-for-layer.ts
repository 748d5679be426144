import type { GetDownloadUrlForLayerCommandInput, GetDownloadUrlForLayerCommandOutput } from '@aws-sdk/client-ecr';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type EcrState, layerDigestLimit, onRepository, repositoryLimits, repositoryOf } from './state.ts';

/** Where a blob, a layer or a configuration, can be fetched for an hour without signing. */
export const getDownloadUrlForLayer = defineOperation<
  EcrState,
  GetDownloadUrlForLayerCommandInput,
  Omit<GetDownloadUrlForLayerCommandOutput, '$metadata'>
>({
  name: 'GetDownloadUrlForLayer',
  access: onRepository('GetDownloadUrlForLayer'),
  limits: { ...repositoryLimits, layerDigest: layerDigestLimit },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const { layerDigest = '' } = input;
    if (!repository.layers.has(layerDigest)) {
      throw new AwsError(
        'LayersNotFoundException',
        `The layer with digest '${layerDigest}' does not exist in the repository with name '${repository.name}' in registry with id '${state.kernel.account}'`,
      );
    }
    return { downloadUrl: `${state.baseUrl}${state.downloads.offer(layerDigest)}`, layerDigest };
  },
});
