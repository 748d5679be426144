import type { DescribeImagesCommandInput, DescribeImagesCommandOutput } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import { scanStatusOf, scanSummaryOf } from './scan.ts';
import { type EcrState, findImage, imageNotFound, onRepository, page, repositoryLimits, repositoryOf, tagsOf } from './state.ts';

export const describeImages = defineOperation<EcrState, DescribeImagesCommandInput, Omit<DescribeImagesCommandOutput, '$metadata'>>({
  name: 'DescribeImages',
  access: onRepository('DescribeImages'),
  limits: { ...repositoryLimits, imageIds: { min: 1, max: 100 }, maxResults: { min: 1, max: 1_000 } },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const wanted = input.imageIds?.map((id) => {
      const image = findImage(repository, id);
      if (!image) throw imageNotFound(state, repository, id);
      return image;
    });
    const tagStatus = input.filter?.tagStatus ?? 'ANY';
    // Two identifiers of one image are one answer.
    const images = [...new Set(wanted ?? repository.images.values())].filter(
      ({ digest }) => tagStatus === 'ANY' || tagsOf(repository, digest).length > 0 === (tagStatus === 'TAGGED'),
    );
    const { items, nextToken } = page(images, input);
    return {
      imageDetails: items.map((image) => {
        const imageTags = tagsOf(repository, image.digest);
        const scan = repository.scans.get(image.digest);
        const summary = scan && scanSummaryOf(scan);
        return {
          registryId: state.kernel.account,
          repositoryName: repository.name,
          imageDigest: image.digest,
          ...(imageTags.length > 0 ? { imageTags } : {}),
          imageSizeInBytes: image.sizeInBytes,
          imagePushedAt: new Date(image.pushedAtMs),
          imageManifestMediaType: image.mediaType,
          ...(image.artifactMediaType ? { artifactMediaType: image.artifactMediaType } : {}),
          ...(image.subjectDigest ? { subjectManifestDigest: image.subjectDigest } : {}),
          ...(scan ? { imageScanStatus: scanStatusOf(scan) } : {}),
          ...(summary ? { imageScanFindingsSummary: summary } : {}),
        };
      }),
      ...(nextToken ? { nextToken } : {}),
    };
  },
});
