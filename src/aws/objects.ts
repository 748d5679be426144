import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Objects } from '../ports/objects.ts';
import { attempt } from './errors.ts';

/** Objects in S3 through the SDK. */
export function s3Objects(client: S3Client = new S3Client()): Objects {
  return {
    async put(uri, text) {
      const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
      await attempt(`Cannot write "${uri}"`, () => client.send(new PutObjectCommand({ Bucket, Key, Body: text, ContentType: 'application/json' })));
    },
  };
}
