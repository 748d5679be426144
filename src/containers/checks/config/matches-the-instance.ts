import { defineCheck } from '../check.ts';

/** Graviton families have a `g` after the generation: c7g, m6gd, im4gn; g5 and p4d have not. */
const isGraviton = (instanceType: string): boolean => /^ml\.[a-z]+\d+g[a-z]*\./.test(instanceType);

export const matchesTheInstance = defineCheck({
  id: 'CC-01',
  stage: 'config',
  level: 'error',
  title: 'The image is built for the processor of the instance',
  look({ config: { architecture }, instanceType }) {
    if (instanceType === undefined) {
      return architecture === 'amd64'
        ? []
        : [
            {
              level: 'warning',
              what: `it is built for ${architecture}: most instance types are amd64, and answer "exec format error"`,
              fix: 'build with --platform linux/amd64, or choose a Graviton instance type for arm64',
            },
          ];
    }
    const wanted = isGraviton(instanceType) ? 'arm64' : 'amd64';
    return architecture === wanted
      ? []
      : [
          {
            what: `it is built for ${architecture}, and ${instanceType} is ${wanted}: it ends with "exec format error"`,
            fix: `build with --platform linux/${wanted}`,
          },
        ];
  },
});
