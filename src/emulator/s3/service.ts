import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { createBucket } from './create-bucket.ts';
import { deleteBucket } from './delete-bucket.ts';
import { deleteKey, deleteObject } from './delete-object.ts';
import { getBucketLocation } from './get-bucket-location.ts';
import { getBucketNotificationConfiguration } from './get-bucket-notification-configuration.ts';
import { getBucketVersioning } from './get-bucket-versioning.ts';
import { getObject } from './get-object.ts';
import { headBucket } from './head-bucket.ts';
import { headObject } from './head-object.ts';
import { listBuckets } from './list-buckets.ts';
import { listObjectsV2 } from './list-objects-v2.ts';
import { tellCreated } from './notify.ts';
import { putBucketNotificationConfiguration } from './put-bucket-notification-configuration.ts';
import { putBucketVersioning } from './put-bucket-versioning.ts';
import { putObject } from './put-object.ts';
import { bucketOf, keysBelow, readObject, type S3State, writeObject } from './state.ts';

export interface S3 {
  readonly service: Service;
  /** An object's bytes; undefined when there is no such bucket or key. */
  read(bucket: string, key: string): Uint8Array | undefined;
  /** Keys below a prefix in S3's order; empty when there is no such bucket. */
  list(bucket: string, prefix: string): readonly string[];
  /** Stores an object. Throws `AwsError` `NoSuchBucket`. */
  write(bucket: string, key: string, bytes: Uint8Array): void;
  /** Removes an object; one that is not there, or in no bucket, is no error. */
  remove(bucket: string, key: string): void;
}

/**
 * S3: buckets, and objects as files below the emulator's folder. For the emulator's own services there are `read`, `list`, `write` and
 * `remove`, which wait for nothing.
 */
export function createS3Service(kernel: Kernel): S3 {
  const state: S3State = { kernel, buckets: new Map(), sequencer: 0 };
  return {
    service: bindService('s3', state, [
      createBucket,
      deleteBucket,
      headBucket,
      listBuckets,
      getBucketLocation,
      putBucketNotificationConfiguration,
      getBucketNotificationConfiguration,
      putBucketVersioning,
      getBucketVersioning,
      putObject,
      getObject,
      headObject,
      deleteObject,
      listObjectsV2,
    ]),
    read(bucket, key) {
      const found = state.buckets.get(bucket);
      const object = found?.objects.get(key);
      return found && object ? readObject(state, found, object) : undefined;
    },
    list(bucket, prefix) {
      const found = state.buckets.get(bucket);
      return found ? keysBelow(found, prefix) : [];
    },
    write(bucket, key, bytes) {
      const found = bucketOf(state, bucket);
      const object = writeObject(state, found, key, bytes);
      kernel.trace.write('state', { service: 's3', bucket, key, sizeInBytes: object.sizeInBytes, md5: object.md5 });
      tellCreated(state, found, object);
    },
    remove(bucket, key) {
      const found = state.buckets.get(bucket);
      if (!found?.objects.has(key)) return;
      deleteKey(state, found, key);
      kernel.trace.write('state', { service: 's3', bucket, key, removed: true });
    },
  };
}
