import type { BatchCheckLayerAvailabilityCommandInput, BatchCheckLayerAvailabilityCommandOutput, Layer, LayerFailure } from '@aws-sdk/client-ecr';
import { dockerLayerType } from '../../containers/image.ts';
import { defineOperation } from '../operation.ts';
import { type EcrState, onRepository, repositoryLimits, repositoryOf } from './state.ts';

export const batchCheckLayerAvailability = defineOperation<
  EcrState,
  BatchCheckLayerAvailabilityCommandInput,
  Omit<BatchCheckLayerAvailabilityCommandOutput, '$metadata'>
>({
  name: 'BatchCheckLayerAvailability',
  access: onRepository('BatchCheckLayerAvailability'),
  limits: { ...repositoryLimits, layerDigests: { min: 1, max: 100 }, 'layerDigests[]': { min: 0, max: 1_000 } },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const layers: Layer[] = [];
    const failures: LayerFailure[] = [];
    for (const layerDigest of input.layerDigests ?? []) {
      const layerSize = repository.layers.get(layerDigest);
      if (layerSize !== undefined) layers.push({ layerDigest, layerAvailability: 'AVAILABLE', layerSize, mediaType: dockerLayerType });
      else if (/^sha256:[0-9a-f]{64}$/.test(layerDigest)) layers.push({ layerDigest, layerAvailability: 'UNAVAILABLE' });
      else failures.push({ layerDigest, failureCode: 'InvalidLayerDigest', failureReason: 'Invalid layer digest' });
    }
    return { layers, failures };
  },
});
