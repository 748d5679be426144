import { invalidParameter } from './state.ts';

/** What a manifest of one image names. */
export interface Manifest {
  readonly mediaType: string;
  readonly config: { readonly mediaType: string | undefined; readonly digest: string };
  readonly layerDigests: readonly string[];
}

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

interface Descriptor {
  readonly mediaType?: unknown;
  readonly digest?: unknown;
}

/** Media types of lists of images: one name for several platforms. */
export const indexTypes = ['application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.oci.image.index.v1+json'];

const isList = (value: unknown): value is readonly Descriptor[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * @param mediaType as the caller gave it, else the manifest's own
 * @throws AwsError `InvalidParameterException` when it is no image manifest
 */
export function parseManifest(manifest: string, mediaType: string | undefined): Manifest {
  const invalid = (why: string) => invalidParameter(`Invalid parameter at 'ImageManifest' failed to satisfy constraint: '${why}'`);
  let document: { mediaType?: unknown; config?: Descriptor; layers?: unknown };
  try {
    // Members are looked at one by one below.
    document = JSON.parse(manifest) as typeof document;
  } catch {
    throw invalid('Invalid JSON syntax');
  }
  const type = mediaType ?? text(document.mediaType) ?? ociManifest;
  if (indexTypes.includes(type)) return { mediaType: type, config: { mediaType: undefined, digest: '' }, layerDigests: [] };
  const config = document.config;
  const digests = isList(document.layers) ? document.layers.map((layer) => text(layer.digest)) : undefined;
  const configDigest = text(config?.digest);
  if (!configDigest || !digests?.every((digest) => digest !== undefined)) throw invalid('Manifest names no config or layers');
  return { mediaType: type, config: { mediaType: text(config?.mediaType), digest: configDigest }, layerDigests: digests };
}
