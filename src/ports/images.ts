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

/** ECR's scan of an image. */
export interface ImageScan {
  /** In ECR's words, with what it says of them; `none` where nobody asked for one. */
  readonly status: string;
  /** What was found, by severity; unset while it is not finished, and where it failed. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** Container images in the account's registry. */
export interface Images {
  /** The digest (`sha256:…`) an image URI's tag or digest resolves to now; undefined where there is no such image, or where it is in a registry that does not let us read. */
  digestOf(imageUri: string): Promise<string | undefined>;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>@<digest>`. */
  uriOf(repository: string, digest: string): string;
  /** The same by tag. */
  tagUriOf(repository: string, tag: string): string;
  /** Whether it is in the account's own registry, in this region. */
  isOwn(imageUri: string): boolean;
  /** The URI by digest, also of an image in another account's registry; undefined where there is no such image. */
  pinned(imageUri: string): Promise<string | undefined>;
  /** What the registry says of an image by digest; undefined where it is not there. */
  inspect(imageUri: string): Promise<ImageManifest | undefined>;
  /** How ECR's scan of an image by digest stands. */
  scanOf(imageUri: string): Promise<ImageScan>;
  /** Whether a signature or an attestation lies beside it. */
  isSigned(imageUri: string): Promise<boolean>;
}
