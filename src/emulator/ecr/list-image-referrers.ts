import type { ListImageReferrersCommandInput, ListImageReferrersCommandOutput } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { type EcrState, layerDigestLimit, onRepository, page, repositoryLimits, repositoryOf } from './state.ts';

/** What names an image as its subject: signatures, SBOMs, attestations as OCI 1.1 has them. None is an empty list, also for a digest nobody knows. */
export const listImageReferrers = defineOperation<EcrState, ListImageReferrersCommandInput, Omit<ListImageReferrersCommandOutput, '$metadata'>>({
  name: 'ListImageReferrers',
  access: onRepository('ListImageReferrers'),
  limits: { ...repositoryLimits, 'subjectId.imageDigest': layerDigestLimit, maxResults: { min: 1, max: 50 } },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const types = input.filter?.artifactTypes ?? [];
    const archivedOnly = input.filter?.artifactStatus === 'ARCHIVED';
    const referring = [...repository.images.values()].filter(
      ({ subjectDigest, artifactMediaType = '' }) =>
        subjectDigest === input.subjectId?.imageDigest && !archivedOnly && (types.length === 0 || types.includes(artifactMediaType)),
    );
    const { items, nextToken } = page(referring, { ...input, maxResults: input.maxResults ?? 20 });
    return {
      referrers: items.map((image) => ({
        digest: image.digest,
        mediaType: image.mediaType,
        ...(image.artifactMediaType === undefined ? {} : { artifactType: image.artifactMediaType }),
        size: Buffer.byteLength(image.manifest),
        annotations: image.annotations,
        artifactStatus: 'ACTIVE' as const,
      })),
      ...(nextToken ? { nextToken } : {}),
    };
  },
});
