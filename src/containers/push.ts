import type { PackedImage } from './pack.ts';

/** What a push asks of a container registry. */
export interface Registry {
  /** Makes the repository if it isn't there. */
  ensureRepository(name: string): Promise<void>;
  hasLayer(repository: string, digest: string): Promise<boolean>;
  /** Stores a blob (a layer, or the image's configuration) whose SHA-256 is `digest`. */
  uploadLayer(repository: string, digest: string, bytes: Uint8Array): Promise<void>;
  /** Stores the manifest byte for byte under `tag`. Storing what is there already is no error. */
  putImage(repository: string, manifest: string, mediaType: string, tag: string): Promise<{ digest: string }>;
}

/**
 * Pushes a packed image: the blobs the repository lacks, then the manifest.
 *
 * @returns the image's digest and how many bytes were sent
 * @throws Error if the registry stored another digest than the image has
 */
export async function pushImage(
  registry: Registry,
  image: PackedImage,
  target: { readonly repository: string; readonly tag: string },
): Promise<{ digest: string; sentBytes: number }> {
  await registry.ensureRepository(target.repository);
  let sentBytes = 0;
  const blobs = [...image.layers.map(({ digest, tarGzip }) => ({ digest, bytes: tarGzip })), { digest: image.configDigest, bytes: image.config }];
  for (const { digest, bytes } of blobs) {
    if (await registry.hasLayer(target.repository, digest)) continue;
    await registry.uploadLayer(target.repository, digest, bytes);
    sentBytes += bytes.length;
  }
  const manifest = new TextDecoder().decode(image.manifest);
  const { digest } = await registry.putImage(target.repository, manifest, image.mediaType, target.tag);
  if (digest !== image.digest) throw new Error(`Pushed "${target.repository}:${target.tag}" as ${image.digest}, the registry has ${digest}`);
  return { digest, sentBytes };
}
