/** An image's name as SageMaker takes it, taken apart. */
export interface ImageReference {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  /** `latest` where the name has neither tag nor digest. */
  readonly tag?: string;
  readonly digest?: string;
}

/** Reads `<account>.dkr.ecr.<region>.amazonaws.com/<repository>[:tag|@sha256:…]`; undefined for any other registry's name. */
export function parseImageUri(uri: string): ImageReference | undefined {
  const match =
    /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/(?<repository>[a-z0-9._/-]+)(?::(?<tag>[\w.-]{1,128}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(
      uri,
    )?.groups;
  const { account, region, repository, tag, digest } = match ?? {};
  if (!account || !region || !repository) return undefined;
  if (digest) return { account, region, repository, digest };
  return { account, region, repository, tag: tag ?? 'latest' };
}
