import {
  BatchGetImageCommand,
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  ECRClient,
  GetDownloadUrlForLayerCommand,
  ListImageReferrersCommand,
} from '@aws-sdk/client-ecr';
import type { ImageManifest, Images } from '../ports/images.ts';
import { download } from './download.ts';
import { Refused } from '../rollout/errors.ts';
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

const gone = new Set(['ImageNotFoundException', 'RepositoryNotFoundException', 'ScanNotFoundException']);
const isGone = (error: unknown): boolean => error instanceof Error && gone.has(error.name);

/** Kinds of manifests we can read; without them a registry answers with an older kind, or not at all. */
const mediaTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
];

/**
 * What counts as a signature or an attestation among all that may name an image as its subject: Cosign's, Sigstore's
 * bundles, Notation's, in-toto's. A list of what the image holds (an SBOM by itself) vouches for nothing.
 */
const vouching = /cosign|sigstore|notary|in-toto/i;

interface Manifest {
  readonly config?: { readonly digest?: string; readonly mediaType?: string };
  readonly layers?: readonly { readonly size?: number }[];
}

/** Images in ECR. @param registry `<account>.dkr.ecr.<region>.amazonaws.com` */
export function ecrImages(registry: string, client: ECRClient = new ECRClient()): Images {
  const ownAccount = registry.split('.')[0];

  async function found<T>(attempted: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (isGone(error)) return undefined;
      throw translated(error, attempted);
    }
  }

  /** Undefined where another account's registry does not let us read: its own business, and no failure of ours. */
  const readable = <T>(reading: Promise<T>): Promise<T | undefined> =>
    reading.catch((error: unknown) => {
      if (error instanceof Refused) return undefined;
      throw error;
    });

  async function manifestOf(imageUri: string) {
    const image = parseImageUri(imageUri);
    if (!image) return undefined;
    const imageIds = [image.digest === undefined ? { imageTag: image.tag ?? 'latest' } : { imageDigest: image.digest }];
    const answer = await found(`Cannot read the manifest of "${imageUri}"`, () =>
      client.send(
        new BatchGetImageCommand({ registryId: image.registryId, repositoryName: image.repository, imageIds, acceptedMediaTypes: mediaTypes }),
      ),
    );
    const [first] = answer?.images ?? [];
    return first && { ...image, first };
  }

  const images: Images = {
    async digestOf(imageUri) {
      const image = parseImageUri(imageUri);
      if (!image) return undefined;
      if (image.digest !== undefined) return image.digest;
      // A model somebody else made often names AWS's own image by its tag. Their registries let everybody pull, and nobody describe.
      if (image.registryId !== ownAccount) return (await readable(manifestOf(imageUri)))?.first.imageId?.imageDigest;
      const answer = await found(`Cannot resolve image "${imageUri}"`, () =>
        client.send(
          new DescribeImagesCommand({
            registryId: image.registryId,
            repositoryName: image.repository,
            imageIds: [{ imageTag: image.tag ?? 'latest' }],
          }),
        ),
      );
      return answer?.imageDetails?.[0]?.imageDigest;
    },

    uriOf: (repository, digest) => `${registry}/${repository}@${digest}`,
    isOwn: (imageUri) => imageUri.startsWith(`${registry}/`),
    tagUriOf: (repository, tag) => `${registry}/${repository}:${tag}`,

    async pinned(imageUri) {
      const image = parseImageUri(imageUri);
      if (!image) return undefined;
      if (image.digest !== undefined) return imageUri;
      // AWS's own accounts let everybody pull, which needs the manifest, and nobody describe.
      const digest = image.registryId === ownAccount ? await images.digestOf(imageUri) : (await manifestOf(imageUri))?.first.imageId?.imageDigest;
      // Without its tag, where it names one.
      return digest === undefined ? undefined : `${imageUri.replace(/:[^:/]*$/, '')}@${digest}`;
    },

    async inspect(imageUri) {
      const read = await manifestOf(imageUri);
      if (!read) return undefined;
      const { imageManifest: manifest = '{}' } = read.first;
      const { config, layers } = JSON.parse(manifest) as Manifest; // As Docker and OCI document it.
      const sizeBytes = (layers ?? []).reduce((sum, { size = 0 }) => sum + size, 0);
      const known: ImageManifest = { mediaType: read.first.imageManifestMediaType ?? '', manifest, sizeBytes };
      const configDigest = config?.digest;
      if (configDigest === undefined) return known;
      const asked = found(`Cannot read the configuration of "${imageUri}"`, () =>
        client.send(new GetDownloadUrlForLayerCommand({ registryId: read.registryId, repositoryName: read.repository, layerDigest: configDigest })),
      );
      const { downloadUrl } = (await (read.registryId === ownAccount ? asked : readable(asked))) ?? {};
      if (downloadUrl === undefined) return known;
      return { ...known, config: await download(downloadUrl) };
    },

    async scanOf(imageUri) {
      const image = parseImageUri(imageUri);
      if (image?.digest === undefined) return { status: 'none' };
      const answer = await found(`Cannot read the scan of "${imageUri}"`, () =>
        client.send(
          new DescribeImageScanFindingsCommand({
            registryId: image.registryId,
            repositoryName: image.repository,
            imageId: { imageDigest: image.digest ?? '' },
            maxResults: 1,
          }),
        ),
      );
      const { status = 'none', description } = answer?.imageScanStatus ?? {};
      if (status === 'COMPLETE' || status === 'ACTIVE') return { status, counts: { ...answer?.imageScanFindings?.findingSeverityCounts } };
      return { status: description === undefined ? status : `${status}: ${description}` };
    },

    async isSigned(imageUri) {
      const image = parseImageUri(imageUri);
      if (image?.digest === undefined) return false;
      const { registryId, repository: repositoryName, digest } = image;
      let nextToken: string | undefined;
      do {
        const page = await found(`Cannot look for signatures of "${imageUri}"`, () =>
          client.send(
            new ListImageReferrersCommand({
              registryId,
              repositoryName,
              subjectId: { imageDigest: digest },
              maxResults: 50,
              ...(nextToken !== undefined && { nextToken }),
            }),
          ),
        );
        if (page?.referrers?.some(({ artifactType = '' }) => vouching.test(artifactType))) return true;
        nextToken = page?.nextToken;
      } while (nextToken !== undefined);
      // As cosign wrote them before registries knew referrers: a tag made of the digest.
      const tag = digest.replace(':', '-');
      for (const ending of ['sig', 'att']) {
        if ((await images.digestOf(`${imageUri.split('@')[0] ?? ''}:${tag}.${ending}`)) !== undefined) return true;
      }
      return false;
    },
  };
  return images;
}
