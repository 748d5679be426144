/** An image's manifest, as its registry tells it. */
export interface ImageManifest {
  readonly mediaType: string;
  /** Its JSON, byte for byte. */
  readonly manifest: string;
  /** JSON of the image's configuration; unset where there is none, as in an index. */
  readonly config?: string;
  /** All layers as they are stored, bytes. */
  readonly sizeBytes: number;
}

/** Container images in the account's registry. */
export interface Images {
  /** The digest (`sha256:…`) an image URI's tag or digest resolves to now; undefined where there is no such image. */
  digestOf(imageUri: string): Promise<string | undefined>;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>@<digest>`. */
  uriOf(repository: string, digest: string): string;
  /** The same by tag. */
  tagUriOf(repository: string, tag: string): string;
  /** The URI by digest, also of an image in another account's registry; undefined where there is no such image. */
  pinned(imageUri: string): Promise<string | undefined>;
  /** What the registry says of an image by digest; undefined where it is not there. */
  inspect(imageUri: string): Promise<ImageManifest | undefined>;
  /** What ECR's scan found; undefined where the image was not scanned, or the scan is not finished. */
  findings(imageUri: string): Promise<Readonly<Record<string, number>> | undefined>;
  /** Whether a signature or an attestation lies beside it. */
  isSigned(imageUri: string): Promise<boolean>;
}
