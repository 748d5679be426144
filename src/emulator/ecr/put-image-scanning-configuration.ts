import type { PutImageScanningConfigurationCommandInput, PutImageScanningConfigurationCommandOutput } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { type EcrState, onRepository, repositoryLimits, repositoryOf } from './state.ts';

/** Says whether what is pushed from now on is scanned. */
export const putImageScanningConfiguration = defineOperation<
  EcrState,
  PutImageScanningConfigurationCommandInput,
  Omit<PutImageScanningConfigurationCommandOutput, '$metadata'>
>({
  name: 'PutImageScanningConfiguration',
  access: onRepository('PutImageScanningConfiguration'),
  limits: repositoryLimits,
  run(input, state) {
    const repository = repositoryOf(state, input);
    repository.scanOnPush = input.imageScanningConfiguration?.scanOnPush ?? false;
    return {
      registryId: state.kernel.account,
      repositoryName: repository.name,
      imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    };
  },
});
