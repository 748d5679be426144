/** Objects in S3. */
export interface Objects {
  /** Writes text over whatever is there. @param uri `s3://bucket/key` */
  put(uri: string, text: string): Promise<void>;
}
