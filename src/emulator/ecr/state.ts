import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageIdentifier, ImageTagMutability } from '@aws-sdk/client-ecr';
import { AwsError, notEmulated } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Access, Limit, Limits } from '../operation.ts';
import type { Downloads } from './downloads.ts';
import type { Finding, Scan } from './scan.ts';

export interface StoredImage {
  readonly digest: string;
  /** Byte for byte as pushed: the digest is its SHA-256. */
  readonly manifest: string;
  readonly mediaType: string;
  /** The configuration blob's media type, or what kind of artifact the manifest says it is. */
  readonly artifactMediaType: string | undefined;
  /** Unset: an index, which has manifests instead. */
  readonly configDigest: string | undefined;
  /** Lowest first. */
  readonly layerDigests: readonly string[];
  /** What an index lists; empty for an image. */
  readonly manifestDigests: readonly string[];
  /** The manifest this one refers to, in OCI's sense; unset for most. */
  readonly subjectDigest: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  /** Configuration and layers as stored, compressed; of an index the largest of what it lists. */
  readonly sizeInBytes: number;
  readonly pushedAtMs: number;
}

export interface Repository {
  readonly name: string;
  readonly createdAtMs: number;
  mutability: ImageTagMutability;
  scanOnPush: boolean;
  /** By digest, in the order first pushed. */
  readonly images: Map<string, StoredImage>;
  /** Tag to digest, in the order tagged. */
  readonly tags: Map<string, string>;
  /** Digest to size in bytes. */
  readonly layers: Map<string, number>;
  /** The latest scan of an image, by its digest. */
  readonly scans: Map<string, Scan>;
}

export interface Upload {
  readonly repositoryName: string;
  readonly parts: Uint8Array[];
  receivedBytes: number;
}

export interface EcrState {
  readonly kernel: Kernel;
  /** What download URLs begin with, without a slash at the end. */
  readonly baseUrl: string;
  readonly repositories: Map<string, Repository>;
  readonly uploads: Map<string, Upload>;
  readonly blobs: Blobs;
  readonly downloads: Downloads;
  /** What a scan of a digest finds from now on, whatever its labels say. */
  readonly publishedFindings: Map<string, readonly Finding[]>;
}

/** Layers and configurations, each a file named by its digest; repositories share equal ones. */
export interface Blobs {
  has(digest: string): boolean;
  write(digest: string, bytes: Uint8Array): void;
  read(digest: string): Uint8Array;
  file(digest: string): string;
}

export function blobsUnder(folder: () => string): Blobs {
  const file = (digest: string) => join(folder(), digest.replace(':', '-'));
  return {
    file,
    has: (digest) => existsSync(file(digest)),
    read: (digest) => readFileSync(file(digest)),
    write(digest, bytes) {
      mkdirSync(folder(), { recursive: true });
      writeFileSync(file(digest), bytes);
    },
  };
}

export const digestOf = (bytes: Uint8Array | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export const repositoryArn = (kernel: Kernel, name: string): string => arnOf(kernel, 'ecr', `repository/${name}`);

export const repositoryUri = (kernel: Kernel, name: string): string => `${kernel.account}.dkr.ecr.${kernel.region}.amazonaws.com/${name}`;

/** The permission an operation on one repository needs. */
export const onRepository =
  (action: string) =>
  (input: { repositoryName?: string | undefined }, { kernel }: EcrState): readonly Access[] => [
    { action: `ecr:${action}`, resource: repositoryArn(kernel, input.repositoryName ?? '') },
  ];

export const repositoryLimits: Limits = {
  registryId: { pattern: /^[0-9]{12}$/ },
  repositoryName: { min: 2, max: 256, pattern: /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/ },
};

export const layerDigestLimit: Limit = { pattern: /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/ };

export const mutabilityLimit: Limit = { oneOf: ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'] };

interface Named {
  readonly repositoryName?: string | undefined;
  readonly registryId?: string | undefined;
}

/** @throws AwsError `RepositoryNotFoundException`: also for another account's registry, of which there is none here */
export function repositoryOf({ kernel, repositories }: EcrState, { repositoryName = '', registryId = kernel.account }: Named): Repository {
  const repository = registryId === kernel.account ? repositories.get(repositoryName) : undefined;
  if (!repository) {
    throw new AwsError(
      'RepositoryNotFoundException',
      `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
    );
  }
  return repository;
}

export const tagsOf = (repository: Repository, digest: string): string[] =>
  [...repository.tags].filter(([, tagged]) => tagged === digest).map(([tag]) => tag);

/** The index of this repository that lists an image: what keeps it from being deleted alone. */
export const indexOf = (repository: Repository, digest: string): StoredImage | undefined =>
  [...repository.images.values()].find(({ manifestDigests }) => manifestDigests.includes(digest));

/** The image an identifier names; with digest and tag both, only where they agree. */
export function findImage(repository: Repository, { imageDigest, imageTag }: ImageIdentifier): StoredImage | undefined {
  const tagged = imageTag === undefined ? undefined : repository.tags.get(imageTag);
  if (imageTag !== undefined && (tagged === undefined || (imageDigest !== undefined && imageDigest !== tagged))) return undefined;
  const digest = imageDigest ?? tagged;
  return digest === undefined ? undefined : repository.images.get(digest);
}

export const imageNotFound = ({ kernel }: EcrState, repository: Repository, { imageDigest, imageTag }: ImageIdentifier): AwsError =>
  new AwsError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'} does not exist within the repository with name '${repository.name}' in the registry with id '${kernel.account}'`,
  );

export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterException', message);

/** ECR tells EventBridge of each push and delete, one event a tag. */
export function publishImageAction(
  { kernel }: EcrState,
  repository: Repository,
  image: StoredImage,
  action: { readonly type: 'PUSH' | 'DELETE'; readonly tag: string | undefined },
): void {
  const mediaTypes = {
    'manifest-media-type': image.mediaType,
    ...(image.artifactMediaType ? { 'artifact-media-type': image.artifactMediaType } : {}),
  };
  kernel.cloud.publish({
    source: 'aws.ecr',
    detailType: 'ECR Image Action',
    resources: [],
    detail: {
      result: 'SUCCESS',
      'repository-name': repository.name,
      'image-digest': image.digest,
      'action-type': action.type,
      ...(action.tag === undefined ? {} : { 'image-tag': action.tag }),
      // A captured untagged push and a captured delete carry no media types.
      ...(action.type === 'PUSH' && action.tag !== undefined ? mediaTypes : {}),
    },
  });
}

/** One page of `items`; the token is where the next one begins. */
export function page<Item>(
  items: readonly Item[],
  input: { readonly nextToken?: string | undefined; readonly maxResults?: number | undefined },
): { readonly items: readonly Item[]; readonly nextToken?: string } {
  const start = input.nextToken === undefined ? 0 : Number(Buffer.from(input.nextToken, 'base64').toString());
  if (!Number.isInteger(start) || start < 0) throw invalidParameter("Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'");
  const end = start + (input.maxResults ?? 100);
  return { items: items.slice(start, end), ...(end < items.length ? { nextToken: Buffer.from(String(end)).toString('base64') } : {}) };
}

/** @throws AwsError for a setting that would change what the emulator does */
export function refuseSetting(set: boolean, what: string): void {
  if (set) throw notEmulated(what);
}
