import { defineCheck } from '../check.ts';
import { tagOf } from './ecr.ts';

export const hasATagOfItsOwn = defineCheck({
  id: 'CC-08',
  stage: 'manifest',
  level: 'advice',
  title: 'The image is named by a tag of its own, or by its digest',
  silent: ({ imageUri }) => (imageUri === undefined ? 'it has no name in a registry yet' : undefined),
  look: ({ imageUri }) =>
    imageUri !== undefined && tagOf(imageUri) === 'latest'
      ? [{ what: `"${imageUri}" names whatever is "latest" when it is pulled`, fix: 'name a digest: updates and ways back stay exact' }]
      : [],
});
