import type { Bucket, S3State, StoredObject } from './state.ts';

/** Where a call comes from, as far as an event says: everything here is one machine. */
const sourceAddress = '127.0.0.1';

/** What every event of a bucket says, and its place in the order of all: text that only grows. */
function about(state: S3State, bucket: Bucket, requestId: string | undefined) {
  const { kernel } = state;
  state.sequencer = Math.max(state.sequencer + 1, kernel.clock.now() * 1_000);
  return {
    sequencer: state.sequencer.toString(16).toUpperCase().padStart(16, '0'),
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      'request-id': requestId ?? kernel.random.uuid('s3/request-id'),
      requester: kernel.account,
      'source-ip-address': sourceAddress,
    },
  };
}

/**
 * Tells the default bus of a new object, where its bucket is asked to.
 *
 * @param requestId the call's; unset for what a service of AWS writes
 */
export function tellCreated(state: S3State, bucket: Bucket, object: StoredObject, requestId?: string): void {
  if (!bucket.tellsEventBridge) return;
  const { sequencer, detail } = about(state, bucket, requestId);
  state.kernel.cloud.publish({
    source: 'aws.s3',
    detailType: 'Object Created',
    resources: [`arn:aws:s3:::${bucket.name}`],
    detail: {
      ...detail,
      object: {
        // As it is, unlike in a notification to a queue: there it is encoded as in a URL.
        key: object.key,
        size: object.sizeInBytes,
        etag: object.md5,
        ...(object.versionId !== undefined && { 'version-id': object.versionId }),
        sequencer,
      },
      reason: 'PutObject',
    },
  });
}

/** Tells the default bus of a key that was deleted. `marker` is the version's id of what S3 left in its place; unset where nothing stays. */
export function tellDeleted(
  state: S3State,
  bucket: Bucket,
  { key, md5, marker }: { readonly key: string; readonly md5: string | undefined; readonly marker: string | undefined },
  requestId?: string,
): void {
  if (!bucket.tellsEventBridge) return;
  const { sequencer, detail } = about(state, bucket, requestId);
  state.kernel.cloud.publish({
    source: 'aws.s3',
    detailType: 'Object Deleted',
    resources: [`arn:aws:s3:::${bucket.name}`],
    detail: {
      ...detail,
      object: { key, ...(md5 !== undefined && { etag: md5 }), ...(marker !== undefined && { 'version-id': marker }), sequencer },
      reason: 'DeleteObject',
      'deletion-type': marker === undefined ? 'Permanently Deleted' : 'Delete Marker Created',
    },
  });
}
