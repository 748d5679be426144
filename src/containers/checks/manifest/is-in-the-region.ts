import { defineCheck } from '../check.ts';
import { ecrNameOf, suffixOf } from './ecr.ts';

export const isInTheRegion = defineCheck({
  id: 'CC-04',
  stage: 'manifest',
  level: 'error',
  title: 'The image is in the region it is run in',
  silent({ imageUri, region }) {
    if (imageUri === undefined || !ecrNameOf(imageUri)) return 'it has no name in ECR yet';
    return region === undefined ? 'nobody said in which region it shall run' : undefined;
  },
  look({ imageUri, region }) {
    const name = ecrNameOf(imageUri ?? '');
    if (!name || region === undefined) return [];
    if (name.region !== region)
      return [
        {
          what: `Cross region ECR image pulls are not allowed: the image is in ${name.region}, it shall run in ${region}`,
          fix: `push it to ${region}, or let ECR replicate it there`,
        },
      ];
    const suffix = suffixOf(region);
    return name.suffix === suffix
      ? []
      : [{ what: `Invalid DNS suffix "${name.suffix}": region ${region} has "${suffix}"`, fix: `write ….dkr.ecr.${region}.${suffix}/…` }];
  },
});
