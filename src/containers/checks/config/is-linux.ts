import { defineCheck } from '../check.ts';

export const isLinux = defineCheck({
  id: 'CC-02',
  stage: 'config',
  level: 'error',
  title: 'The image is for Linux',
  look: ({ config: { os, architecture } }) =>
    os === 'linux' ? [] : [{ what: `it is built for ${os}/${architecture}`, fix: 'build with --platform linux/amd64, or linux/arm64 for Graviton' }],
});
