import { GetObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { StoredObjects } from '../ports/stored-objects.ts';
import { attempt } from './errors.ts';

/** Objects in S3 through the SDK, to read alone. @param ownBucket what `{bucket}` stands for */
export function s3StoredObjects(ownBucket: string, client: S3Client = new S3Client()): StoredObjects {
  const placeOf = (uri: string) => {
    const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri.replace('s3://{bucket}/', `s3://${ownBucket}/`)) ?? [];
    return { Bucket, Key };
  };
  return {
    async list(prefixUri, most) {
      const { Bucket, Key: Prefix } = placeOf(prefixUri);
      const found: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const answer: ListObjectsV2CommandOutput = await attempt(`Cannot list "${prefixUri}"`, () =>
          client.send(new ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken !== undefined && { ContinuationToken }) })),
        );
        for (const { Key } of answer.Contents ?? []) if (Key !== undefined && !Key.endsWith('/')) found.push(`s3://${Bucket}/${Key}`);
        ContinuationToken = answer.NextContinuationToken;
      } while (ContinuationToken !== undefined && found.length < most);
      return found.slice(0, most);
    },

    read: (uri, mostBytes) =>
      attempt(`Cannot read "${uri}"`, async () => {
        const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand(placeOf(uri)));
        if (!Body) return '';
        if (ContentLength <= mostBytes) return Body.transformToString('utf8');
        const chunks: Uint8Array[] = [];
        let bytes = 0;
        for await (const chunk of Body as AsyncIterable<Uint8Array>) {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes >= mostBytes) break;
        }
        return Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8');
      }),
  };
}
