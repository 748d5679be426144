import type { ImageManifest } from '../ports/images.ts';

/** Which image of an index an instance needs. `itself`: the manifest is an image already. */
export type Chosen =
  | { readonly answer: 'itself' }
  | { readonly answer: 'child'; readonly digest: string; readonly platform: string }
  | { readonly answer: 'none'; readonly text: string };

interface Index {
  readonly manifests?: readonly {
    readonly digest?: string;
    readonly platform?: { readonly os?: string; readonly architecture?: string; readonly variant?: string };
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

/** The platform of an instance type. AWS names every Arm family with a g behind its generation: `c7g`, `m6gd`. */
export const platformOf = (instanceType: string): 'linux/amd64' | 'linux/arm64' =>
  /^ml\.[a-z]+\d+g[a-z]*\./.test(instanceType) ? 'linux/arm64' : 'linux/amd64';

/**
 * The image SageMaker would need of an index; it takes no index itself. What buildx adds beside the images (provenance,
 * SBOMs) is none.
 *
 * @param instanceType where it is to serve
 */
export function manifestFor({ manifest }: Pick<ImageManifest, 'manifest'>, instanceType: string): Chosen {
  const { manifests } = JSON.parse(manifest) as Index; // What Docker and OCI document of an index.
  if (!manifests) return { answer: 'itself' };
  const images = manifests.filter(
    ({ platform, annotations }) => platform?.os !== 'unknown' && annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest',
  );
  const wanted = platformOf(instanceType);
  const nameOf = ({ platform }: (typeof images)[number]) => `${platform?.os ?? '?'}/${platform?.architecture ?? '?'}`;
  const fitting = images.filter((image) => nameOf(image) === wanted);
  const [only, ...others] = fitting;
  if (only?.digest !== undefined && others.length === 0) return { answer: 'child', digest: only.digest, platform: wanted };
  const has = images.map(nameOf).join(', ') || 'none';
  return {
    answer: 'none',
    text: `the image is an index, and ${fitting.length === 0 ? 'none' : `${fitting.length}`} of its images ${fitting.length > 1 ? 'are' : 'is'} for ${wanted}, which ${instanceType} needs (it has ${has}); push one image for that platform: docker build --platform ${wanted} --provenance=false`,
  };
}
