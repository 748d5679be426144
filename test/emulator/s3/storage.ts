import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createS3Service, type S3 } from '../../../src/emulator/s3/service.ts';
import { type TestKernel, testKernel } from '../kernel.ts';
import { clientConfig } from '../wired.ts';

export const Bucket = 'models-of-ours';

export interface TestStorage {
  readonly kernel: TestKernel;
  readonly s3: S3;
  readonly client: S3Client;
  /** Puts small objects whose content is their own key. */
  readonly put: (...keys: readonly string[]) => Promise<void>;
}

/** An S3 of its own with one bucket, called through the unmodified SDK client. */
export async function testStorage(): Promise<TestStorage> {
  const kernel = testKernel();
  const s3 = createS3Service(kernel);
  const client = new S3Client(clientConfig(kernel, s3.service));
  await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  return {
    kernel,
    s3,
    client,
    async put(...keys) {
      for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    },
  };
}
