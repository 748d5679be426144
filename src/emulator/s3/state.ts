import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { AwsError, notEmulated } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import type { Access, Limits } from '../operation.ts';

export interface StoredObject {
  readonly key: string;
  /** Unset for what was put while its bucket kept no versions: `null` on the wire. */
  readonly versionId?: string;
  readonly sizeInBytes: number;
  /** MD5 in hex, without the quotes it has on the wire. */
  readonly md5: string;
  /** CRC-32 in base64, as `x-amz-checksum-crc32`. */
  readonly crc32: string;
  readonly contentType: string;
  /** `Content-Encoding` and its like, as given. */
  readonly headers: StoredHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAtMs: number;
}

export interface StoredHeaders {
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
}

export interface Bucket {
  readonly name: string;
  readonly createdAtMs: number;
  /** What is read where no version is named. */
  readonly objects: Map<string, StoredObject>;
  /** What was written over or deleted while the bucket kept versions, by key, oldest first. */
  readonly earlier: Map<string, StoredObject[]>;
  /** Whether a new object leaves the one before it readable. */
  keepsVersions: boolean;
  /** Whether the default bus is told of what happens to objects. */
  tellsEventBridge: boolean;
}

export interface S3State {
  readonly kernel: Kernel;
  readonly buckets: Map<string, Bucket>;
  /** The last event's place in the order of all: it only grows. */
  sequencer: number;
}

/** AWS's rule: 3-63 of lower-case letters, digits, dots and hyphens, a letter or digit at both ends, no address of four numbers. */
export const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name);

const bucketArn = (bucket: string | undefined): string => `arn:aws:s3:::${bucket ?? ''}`;

/** The permission an operation on a bucket needs. */
export const onBucket =
  (action: string) =>
  (input: { Bucket?: string | undefined }): readonly Access[] => [{ action: `s3:${action}`, resource: bucketArn(input.Bucket) }];

/** The permission an operation on an object needs. */
export const onObject =
  (action: string) =>
  (input: { Bucket?: string | undefined; Key?: string | undefined }): readonly Access[] => [
    { action: `s3:${action}`, resource: `${bucketArn(input.Bucket)}/${input.Key ?? ''}` },
  ];

/** The permission to read an object: another one where a version is named. */
export const onReading = (input: { Bucket?: string | undefined; Key?: string | undefined; VersionId?: string | undefined }): readonly Access[] =>
  onObject(input.VersionId === undefined ? 'GetObject' : 'GetObjectVersion')(input);

export const keyLimits: Limits = { Key: { min: 1 } };

/** @throws AwsError `NoSuchBucket` */
export function bucketOf({ buckets }: S3State, name: string | undefined): Bucket {
  const bucket = buckets.get(name ?? '');
  if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404, fields: { BucketName: name } });
  return bucket;
}

export const noSuchKey = (key: string | undefined): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, fields: { Key: key } });

/**
 * The file of an object: named by a digest of its key, so that no key (`../x`, `a` beside `a/b`, 1024 bytes, two that differ in case)
 * leaves the bucket's folder or meets another's file. The readable tail is for people who look.
 */
function fileOf({ kernel }: S3State, bucket: string, { key, versionId }: Pick<StoredObject, 'key' | 'versionId'>): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const tail = key.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-80);
  return join(kernel.dataFolder, 's3', bucket, versionId === undefined ? `${digest}-${tail}` : `${digest}-${versionId}-${tail}`);
}

export function readObject(state: S3State, bucket: Bucket, object: StoredObject): Uint8Array {
  return readFileSync(fileOf(state, bucket.name, object));
}

/**
 * The object of a key, or the version of it that is named; undefined where there is no such key.
 *
 * @throws AwsError `InvalidArgument` for what is no version's id, `NoSuchVersion`
 */
export function objectOf(bucket: Bucket | undefined, key: string, versionId: string | undefined): StoredObject | undefined {
  const current = bucket?.objects.get(key);
  if (!bucket || versionId === undefined) return current;
  if (!/^(null|[0-9a-f]{32})$/.test(versionId)) {
    throw new AwsError('InvalidArgument', 'Invalid version id specified', { fields: { ArgumentName: 'versionId', ArgumentValue: versionId } });
  }
  const versions = [...(bucket.earlier.get(key) ?? []), ...(current ? [current] : [])];
  const found = versions.find((version) => (version.versionId ?? 'null') === versionId);
  if (!found)
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', { status: 404, fields: { Key: key, VersionId: versionId } });
  return found;
}

function keepEarlier(bucket: Bucket, object: StoredObject): void {
  bucket.earlier.set(object.key, [...(bucket.earlier.get(object.key) ?? []), object]);
}

export interface ObjectSettings {
  readonly contentType?: string | undefined;
  readonly headers?: StoredHeaders;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Stores an object, over one of the same key: in a bucket that keeps versions that one stays readable by its version. */
export function writeObject(state: S3State, bucket: Bucket, key: string, bytes: Uint8Array, settings: ObjectSettings = {}): StoredObject {
  const object: StoredObject = {
    key,
    ...(bucket.keepsVersions && { versionId: state.kernel.random.hex('s3/version-id', 16) }),
    sizeInBytes: bytes.length,
    md5: createHash('md5').update(bytes).digest('hex'),
    crc32: crc32Of(bytes),
    contentType: settings.contentType ?? 'application/octet-stream',
    headers: settings.headers ?? {},
    metadata: settings.metadata ?? {},
    modifiedAtMs: state.kernel.clock.now(),
  };
  const before = bucket.objects.get(key);
  if (before && bucket.keepsVersions) keepEarlier(bucket, before);
  const file = fileOf(state, bucket.name, object);
  mkdirSync(join(state.kernel.dataFolder, 's3', bucket.name), { recursive: true });
  writeFileSync(file, bytes);
  bucket.objects.set(key, object);
  return object;
}

/** Takes a key away; where the bucket keeps versions, what it was stays readable by its version. @returns what was there; undefined if nothing, which is no error in S3 */
export function removeObject(state: S3State, bucket: Bucket, key: string): StoredObject | undefined {
  const object = bucket.objects.get(key);
  if (!object) return undefined;
  bucket.objects.delete(key);
  if (bucket.keepsVersions) keepEarlier(bucket, object);
  else rmSync(fileOf(state, bucket.name, object), { force: true });
  return object;
}

export function crc32Of(bytes: Uint8Array): string {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(crc32(bytes));
  return buffer.toString('base64');
}

/** S3 lists keys by their bytes in UTF-8, which is not the order of a text's code units. */
export const byKey = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const keysBelow = (bucket: Bucket, prefix: string): string[] => [...bucket.objects.keys()].filter((key) => key.startsWith(prefix)).sort(byKey);

/** @throws AwsError for the first member of `input` that is set and would change what the emulator does */
export function refuseMembers<Input extends object>(input: Input, operation: string, members: readonly (keyof Input & string)[]): void {
  const set = members.find((member) => input[member] !== undefined);
  if (set) throw notEmulated(`${set} of s3:${operation}`);
}

/** What an answer tells of an object beside its bytes. */
export const describeObject = (object: StoredObject, withChecksum: boolean) => ({
  ETag: `"${object.md5}"`,
  LastModified: lastModified(object),
  ContentType: object.contentType,
  AcceptRanges: 'bytes',
  ...(object.versionId !== undefined && { VersionId: object.versionId }),
  ...object.headers,
  Metadata: { ...object.metadata },
  ...(withChecksum ? { ChecksumCRC32: object.crc32, ChecksumType: 'FULL_OBJECT' as const } : {}),
});

/** S3 keeps whole seconds. */
export const lastModified = ({ modifiedAtMs }: StoredObject): Date => new Date(Math.floor(modifiedAtMs / 1_000) * 1_000);

interface Conditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

/** @throws AwsError `PreconditionFailed` (412), or `NotModified` (304) for a reader whose copy is the stored one */
export function checkRead({ IfMatch, IfNoneMatch }: Conditions, object: StoredObject): void {
  const same = (etag: string) => etag === '*' || etag.replaceAll('"', '') === object.md5;
  if (IfMatch !== undefined && !same(IfMatch)) throw preconditionFailed('If-Match');
  if (IfNoneMatch !== undefined && same(IfNoneMatch)) throw new AwsError('NotModified', 'Not Modified', { status: 304 });
}

export const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    fields: { Condition: condition },
  });
