import { defineCheck } from '../check.ts';

/** 10 GiB: what AWS says when it refuses one. */
const serverlessBytes = 10_737_418_240;
const largeBytes = 10_000_000_000;

export const isSmallEnough = defineCheck({
  id: 'CC-07',
  stage: 'manifest',
  level: 'warning',
  title: 'The image fits: 10 GiB for serverless, 10 GB elsewhere',
  silent: ({ layerBytes }) => (layerBytes === undefined ? 'the sizes of its layers are not known' : undefined),
  look({ layerBytes, hosting }) {
    const bytes = (layerBytes ?? []).reduce((sum, layer) => sum + layer, 0);
    const fix = 'start from a slim base, build in stages, keep the model out of the image';
    if (hosting === 'serverless' && bytes > serverlessBytes)
      return [{ level: 'error', what: `Image size ${bytes} is greater than supported size ${serverlessBytes}`, fix }];
    return bytes > largeBytes
      ? [
          {
            what: `its layers take ${(bytes / 1e9).toFixed(1)} GB compressed, more unpacked: small volumes run full`,
            fix: `${fix}, or ask for a larger volume`,
          },
        ]
      : [];
  },
});
