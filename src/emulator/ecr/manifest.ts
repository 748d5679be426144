import { invalidParameter } from './state.ts';

/** What a manifest names: one image (or another artifact of layers), or a list of manifests. */
export interface Manifest {
  readonly mediaType: string;
  /** Unset: an index. */
  readonly config?: { readonly mediaType: string | undefined; readonly digest: string };
  readonly layerDigests: readonly string[];
  /** Digests of the manifests an index lists; empty for an image. */
  readonly manifestDigests: readonly string[];
  /** What kind of artifact it is (OCI 1.1), else its configuration's media type, as OCI has it. */
  readonly artifactType: string | undefined;
  /** The manifest it belongs to, such as the image a signature signs (OCI 1.1). */
  readonly subjectDigest: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

interface Descriptor {
  readonly mediaType?: unknown;
  readonly digest?: unknown;
}

interface Document {
  readonly mediaType?: unknown;
  readonly artifactType?: unknown;
  readonly config?: Descriptor;
  readonly layers?: unknown;
  readonly manifests?: unknown;
  readonly subject?: Descriptor;
  readonly annotations?: unknown;
}

/** Media types of lists of images: one name for several platforms. */
const indexTypes = ['application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.oci.image.index.v1+json'];

const isList = (value: unknown): value is readonly Descriptor[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function digestsOf(list: unknown): readonly string[] | undefined {
  const digests = isList(list) ? list.map(({ digest }) => text(digest)) : [undefined];
  return digests.every((digest) => digest !== undefined) ? digests : undefined;
}

function textsOf(annotations: unknown): Record<string, string> {
  if (typeof annotations !== 'object' || annotations === null) return {};
  return Object.fromEntries(Object.entries(annotations).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/**
 * @param mediaType as the caller gave it, else the manifest's own
 * @throws AwsError `InvalidParameterException` when it is no manifest
 */
export function parseManifest(manifest: string, mediaType: string | undefined): Manifest {
  const invalid = (why: string) => invalidParameter(`Invalid parameter at 'ImageManifest' failed to satisfy constraint: '${why}'`);
  let document: Document;
  try {
    // Members are looked at one by one below.
    document = JSON.parse(manifest) as Document;
  } catch {
    throw invalid('Invalid JSON syntax');
  }
  const type = mediaType ?? text(document.mediaType) ?? ociManifest;
  const subjectDigest = text(document.subject?.digest);
  const annotations = textsOf(document.annotations);
  if (indexTypes.includes(type)) {
    const manifestDigests = digestsOf(document.manifests);
    if (!manifestDigests) throw invalid('Index names no manifests');
    return { mediaType: type, layerDigests: [], manifestDigests, artifactType: text(document.artifactType), subjectDigest, annotations };
  }
  const layerDigests = digestsOf(document.layers);
  const configDigest = text(document.config?.digest);
  if (!configDigest || !layerDigests) throw invalid('Manifest names no config or layers');
  const configType = text(document.config?.mediaType);
  return {
    mediaType: type,
    config: { mediaType: configType, digest: configDigest },
    layerDigests,
    manifestDigests: [],
    artifactType: text(document.artifactType) ?? configType,
    subjectDigest,
    annotations,
  };
}
