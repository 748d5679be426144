import { defineCheck } from '../check.ts';
import { ecrNameOf } from './ecr.ts';

export const isInEcr = defineCheck({
  id: 'CC-09',
  stage: 'manifest',
  level: 'warning',
  title: 'The image is in ECR',
  silent: ({ imageUri }) => (imageUri === undefined ? 'it has no name in a registry yet' : undefined),
  look: ({ imageUri }) =>
    imageUri !== undefined && !ecrNameOf(imageUri)
      ? [{ what: `"${imageUri}" is no name in ECR`, fix: 'push it to ECR, or set ImageConfig.RepositoryAccessMode to Vpc' }]
      : [],
});
