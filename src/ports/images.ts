/** Container images in the account's registry. */
export interface Images {
  /** The digest (`sha256:…`) an image URI's tag or digest resolves to now; undefined where there is no such image. */
  digestOf(imageUri: string): Promise<string | undefined>;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>@<digest>`. */
  uriOf(repository: string, digest: string): string;
}
