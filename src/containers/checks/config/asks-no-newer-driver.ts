import { environmentOf } from '../../image.ts';
import { defineCheck } from '../check.ts';

/** The container never starts on an older driver, and there is not even a log group to look into. */
export const asksNoNewerDriver = defineCheck({
  id: 'CC-21',
  stage: 'config',
  level: 'warning',
  title: 'The image asks for no CUDA version that the host’s driver may lack',
  look({ config }) {
    const { NVIDIA_REQUIRE_CUDA: asks = '', NVIDIA_DISABLE_REQUIRE: off } = environmentOf(config);
    const version = /cuda>=(\d+\.\d+)/.exec(asks)?.[1];
    return version === undefined || off === '1' || off === 'true'
      ? []
      : [
          {
            what: `NVIDIA_REQUIRE_CUDA asks for CUDA ${version}: on a host with an older driver it never starts, and leaves no log`,
            fix: 'start from an older CUDA base, or set the variant’s InferenceAmiVersion to one with a driver for it',
          },
        ];
  },
});
