import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';

export const isReadyWithRoomToSpare = defineCheck({
  id: 'CC-92',
  stage: 'serving',
  level: 'warning',
  title: 'serve is ready in half of the start-up window',
  silent: silentUntilReady,
  look: ({ readyMs = 0, limits }) =>
    readyMs > limits.startupMs / 2
      ? [
          {
            what: `it took ${(readyMs / 1_000).toFixed(1)} s of ${limits.startupMs / 1_000} s to get ready; the download of the model comes before`,
            fix: 'raise ContainerStartupHealthCheckTimeoutInSeconds, ModelDataDownloadTimeoutInSeconds and VariantInstanceProvisionTimeoutInSeconds',
          },
        ]
      : [],
});
