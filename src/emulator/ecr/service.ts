import { join } from 'node:path';
import { type ImageConfig, parseImageConfig } from '../../containers/image.ts';
import { AwsError } from '../aws-error.ts';
import type { RouteHandler } from '../front.ts';
import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { batchCheckLayerAvailability } from './batch-check-layer-availability.ts';
import { batchDeleteImage } from './batch-delete-image.ts';
import { batchGetImage } from './batch-get-image.ts';
import { completeLayerUpload } from './complete-layer-upload.ts';
import { createRepository } from './create-repository.ts';
import { deleteRepository } from './delete-repository.ts';
import { describeImageScanFindings } from './describe-image-scan-findings.ts';
import { describeImages } from './describe-images.ts';
import { describeRepositories } from './describe-repositories.ts';
import { createDownloads } from './downloads.ts';
import { getAuthorizationToken } from './get-authorization-token.ts';
import { getDownloadUrlForLayer } from './get-download-url-for-layer.ts';
import { parseImageUri } from './image-uri.ts';
import { initiateLayerUpload } from './initiate-layer-upload.ts';
import { listImageReferrers } from './list-image-referrers.ts';
import { listImages } from './list-images.ts';
import { putImage } from './put-image.ts';
import { putImageScanningConfiguration } from './put-image-scanning-configuration.ts';
import { putImageTagMutability } from './put-image-tag-mutability.ts';
import type { Finding } from './scan.ts';
import { startImageScan } from './start-image-scan.ts';
import { blobsUnder, type EcrState, findImage, type StoredImage } from './state.ts';
import { uploadLayerPart } from './upload-layer-part.ts';

/** An image in this registry, as who runs it needs it. */
export interface PulledImage {
  readonly digest: string;
  readonly repository: string;
  readonly config: ImageConfig;
  /** Gzipped tars on disk, lowest first. */
  readonly layerFiles: readonly string[];
}

export interface EcrOptions {
  /** What download URLs begin with, without a slash at the end; default `http://ecr.<region>.localhost`. */
  readonly baseUrl?: string;
}

export interface Ecr {
  readonly service: Service;
  /** Serves layers where `GetDownloadUrlForLayer` says; belongs under `downloadPrefix`. */
  readonly serveLayer: RouteHandler;
  /** What scans of an image find from now on, as when new vulnerabilities become known. Wins over the image's labels. */
  publishFindings(digest: string, findings: readonly Finding[]): void;
  /** The image an URI names; undefined when there is none, it is an index, or it is another account's, region's or registry's. */
  image(imageUri: string): PulledImage | undefined;
  /** Media type of the manifest an URI names, also of an index; undefined as for `image`. */
  mediaTypeOf(imageUri: string): string | undefined;
  /** The digest an URI stands for right now: what SageMaker resolves when a model is deployed. */
  resolveDigest(imageUri: string): string | undefined;
}

/** ECR: repositories, layers and images behind the real API; layers are files. */
export function createEcrService(kernel: Kernel, options: EcrOptions = {}): Ecr {
  const state: EcrState = {
    kernel,
    baseUrl: options.baseUrl ?? `http://ecr.${kernel.region}.localhost`,
    repositories: new Map(),
    uploads: new Map(),
    blobs: blobsUnder(() => join(kernel.dataFolder, 'ecr')),
    downloads: createDownloads(kernel),
    publishedFindings: new Map(),
  };
  function find(imageUri: string): { readonly image: StoredImage; readonly repository: string } | undefined {
    const reference = parseImageUri(imageUri);
    if (reference?.account !== kernel.account || reference.region !== kernel.region) return undefined;
    const repository = state.repositories.get(reference.repository);
    const image =
      repository &&
      findImage(repository, {
        ...(reference.digest === undefined ? {} : { imageDigest: reference.digest }),
        ...(reference.tag === undefined ? {} : { imageTag: reference.tag }),
      });
    return image && { image, repository: reference.repository };
  }
  return {
    service: bindService('ecr', state, [
      createRepository,
      deleteRepository,
      describeRepositories,
      getAuthorizationToken,
      initiateLayerUpload,
      uploadLayerPart,
      completeLayerUpload,
      batchCheckLayerAvailability,
      putImage,
      describeImages,
      listImages,
      batchGetImage,
      batchDeleteImage,
      getDownloadUrlForLayer,
      listImageReferrers,
      putImageTagMutability,
      putImageScanningConfiguration,
      startImageScan,
      describeImageScanFindings,
    ]),
    async serveLayer({ method, path }) {
      const digest = method === 'GET' ? state.downloads.taken(path) : undefined;
      if (digest === undefined) throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
      return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: state.blobs.read(digest) };
    },
    publishFindings: (digest, findings) => void state.publishedFindings.set(digest, findings),
    image(imageUri) {
      const { image, repository = '' } = find(imageUri) ?? {};
      if (image?.configDigest === undefined) return undefined;
      return {
        digest: image.digest,
        repository,
        config: parseImageConfig(state.blobs.read(image.configDigest)),
        layerFiles: image.layerDigests.map((digest) => state.blobs.file(digest)),
      };
    },
    mediaTypeOf: (imageUri) => find(imageUri)?.image.mediaType,
    resolveDigest: (imageUri) => find(imageUri)?.image.digest,
  };
}
