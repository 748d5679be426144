import type { ImageIdentifier, ListImagesCommandInput, ListImagesCommandOutput } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { type EcrState, onRepository, page, repositoryLimits, repositoryOf, tagsOf } from './state.ts';

/** One identifier a tag; an untagged image has one of its digest alone. */
export const listImages = defineOperation<EcrState, ListImagesCommandInput, Omit<ListImagesCommandOutput, '$metadata'>>({
  name: 'ListImages',
  access: onRepository('ListImages'),
  limits: { ...repositoryLimits, maxResults: { min: 1, max: 1_000 } },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const tagStatus = input.filter?.tagStatus ?? 'ANY';
    const ids = [...repository.images.keys()].flatMap((imageDigest): ImageIdentifier[] => {
      const tags = tagsOf(repository, imageDigest);
      if (tags.length === 0) return tagStatus === 'TAGGED' ? [] : [{ imageDigest }];
      return tagStatus === 'UNTAGGED' ? [] : tags.map((imageTag) => ({ imageDigest, imageTag }));
    });
    const { items, nextToken } = page(ids, input);
    return { imageIds: [...items], ...(nextToken ? { nextToken } : {}) };
  },
});
