/** Objects in S3 that somebody else wrote. `s3://{bucket}/…` is the service's own bucket. */
export interface StoredObjects {
  /** URIs below a prefix in the order of their keys, at most `most`. */
  list(prefixUri: string, most: number): Promise<readonly string[]>;
  /** An object's text, cut after `mostBytes`. Throws `Refused` where it is not there or may not be read. */
  read(uri: string, mostBytes: number): Promise<string>;
}
