import type { Finding } from '../finding.ts';
import { parseImageConfig } from '../image.ts';
import type { Word } from '../start-command.ts';
import { judge } from './check.ts';
import { checks as ofConfig } from './config/registry.ts';
import { checks as ofManifest } from './manifest/registry.ts';
import type { Hosting } from './seen.ts';

/** An image as its registry knows it. */
export interface RegisteredImage {
  /** What it is called in findings, and SageMaker's name for it: `….dkr.ecr.eu-west-1.amazonaws.com/churn@sha256:…`. */
  readonly imageUri: string;
  /** The JSON the tag or digest points to. */
  readonly manifest: string;
  /** As the registry gives it; unset: what the manifest says of itself. */
  readonly mediaType?: string;
  /** The blob the manifest's `config` points to. Unset: it was not read, or the manifest is an index and has none. */
  readonly config?: Uint8Array;
  /** Default: `serve` alone. */
  readonly commands?: readonly Word[];
  readonly instanceType?: string;
  readonly region?: string;
  /** Default `single`. */
  readonly hosting?: Hosting;
}

/** The members of a manifest or an index that are read here; Docker and OCI document both. */
interface ManifestDocument {
  readonly mediaType?: string;
  readonly layers?: readonly { readonly size?: number }[];
  readonly manifests?: readonly { readonly platform?: { readonly os?: string; readonly architecture?: string } }[];
}

/**
 * Every finding about an image that its manifest and its configuration tell: all an account knows of it without a download. It reads no
 * file and starts nothing.
 *
 * @returns by id; none is no promise that it starts
 * @throws SyntaxError if the manifest or the configuration is no JSON
 */
export function checkManifest(image: RegisteredImage): readonly Finding[] {
  const document = JSON.parse(image.manifest) as ManifestDocument;
  const hosting = image.hosting ?? 'single';
  const mediaType = image.mediaType ?? document.mediaType ?? (document.manifests ? ociIndexType : ociManifestType);
  const ofTheManifest = judge(ofManifest, {
    where: image.imageUri,
    mediaType,
    imageUri: image.imageUri,
    hosting,
    ...(document.manifests && {
      platforms: document.manifests.map(({ platform }) => `${platform?.os ?? 'unknown'}/${platform?.architecture ?? 'unknown'}`),
    }),
    ...(document.layers && { layerBytes: document.layers.map(({ size }) => size ?? 0) }),
    ...(image.region !== undefined && { region: image.region }),
  });
  if (!image.config) return byId(ofTheManifest.findings);
  const ofTheConfig = judge(ofConfig, {
    where: image.imageUri,
    config: parseImageConfig(image.config),
    commands: image.commands ?? ['serve'],
    hosting,
    ...(image.instanceType !== undefined && { instanceType: image.instanceType }),
  });
  return byId([...ofTheManifest.findings, ...ofTheConfig.findings]);
}

/** A document without a type of its own is OCI's: Docker's always has one. */
const ociManifestType = 'application/vnd.oci.image.manifest.v1+json';
const ociIndexType = 'application/vnd.oci.image.index.v1+json';

export const byId = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => (a.id ?? '').localeCompare(b.id ?? '', 'en', { numeric: true }));
