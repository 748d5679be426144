import { defineCheck } from '../check.ts';

/** Entries `unknown/unknown` are what a builder says of an image, not the image. */
export const holdsAnImage = defineCheck({
  id: 'CC-02',
  stage: 'manifest',
  level: 'error',
  title: 'An index holds an image for Linux',
  look: ({ platforms }) =>
    platforms && !platforms.some((platform) => platform.startsWith('linux/'))
      ? [{ what: `the index has no image for Linux, but ${platforms.join(', ') || 'nothing at all'}`, fix: 'build for linux/amd64 or linux/arm64' }]
      : [],
});
