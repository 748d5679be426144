import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import type { Images } from '../ports/images.ts';
import { translated } from './errors.ts';

/** An ECR image URI's parts; undefined for an image elsewhere. */
export function parseImageUri(
  uri: string,
): { readonly registryId: string; readonly repository: string; readonly digest?: string; readonly tag?: string } | undefined {
  const match = /^(\d+)\.dkr\.ecr\.[a-z0-9-]+\.[^/]+\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(uri);
  const [, registryId, repository, tag, digest] = match ?? [];
  if (registryId === undefined || repository === undefined) return undefined;
  return { registryId, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** Images in ECR. @param registry `<account>.dkr.ecr.<region>.amazonaws.com` */
export function ecrImages(registry: string, client: ECRClient = new ECRClient()): Images {
  return {
    async digestOf(imageUri) {
      const image = parseImageUri(imageUri);
      if (!image) return undefined;
      if (image.digest !== undefined) return image.digest;
      try {
        const answer = await client.send(
          new DescribeImagesCommand({
            registryId: image.registryId,
            repositoryName: image.repository,
            imageIds: [{ imageTag: image.tag ?? 'latest' }],
          }),
        );
        return answer.imageDetails?.[0]?.imageDigest;
      } catch (error) {
        if (error instanceof Error && (error.name === 'ImageNotFoundException' || error.name === 'RepositoryNotFoundException')) return undefined;
        throw translated(error, `Cannot resolve image "${imageUri}"`);
      }
    },
    uriOf: (repository, digest) => `${registry}/${repository}@${digest}`,
  };
}
