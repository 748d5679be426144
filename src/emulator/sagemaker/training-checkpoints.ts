import type { CheckpointConfig } from '@aws-sdk/client-sagemaker';
import type { FolderFile } from '../../containers/model-data.ts';
import { AwsError } from '../aws-error.ts';
import { s3Location } from './s3-data.ts';
import type { SageMakerOptions } from './state.ts';
import type { Checkpoints } from './workloads/workloads.ts';

/** Where a container finds its checkpoints unless the job says otherwise. */
const defaultLocalPath = '/opt/ml/checkpoints';

/** A checkpoint folder as a path below `/opt/ml`; undefined where it is elsewhere in the container. */
export function checkpointFolder(config: CheckpointConfig): string | undefined {
  const parts = (config.LocalPath ?? defaultLocalPath).split('/').filter((part) => part !== '');
  const [opt, ml, ...below] = parts;
  return opt === 'opt' && ml === 'ml' && below.length > 0 && !below.includes('..') ? below.join('/') : undefined;
}

/**
 * Keeps a job's checkpoints in S3 as its hosts have them, uncompressed: what a host wrote is written, what none has any more is removed.
 *
 * @param onLost told where the bucket is not there; the job goes on
 */
export function checkpointsInS3(objects: SageMakerOptions['objects'], config: CheckpointConfig, onLost: (why: string) => void) {
  const { bucket, key } = s3Location(config.S3Uri ?? '');
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
  /** What each host had when it was last looked at. */
  const ofHosts = new Map<string, readonly FolderFile[]>();

  function write(files: ReadonlyMap<string, Uint8Array>): void {
    for (const [path, bytes] of files) {
      const there = objects.read(bucket, `${prefix}${path}`);
      if (!there || Buffer.compare(there, bytes) !== 0) objects.write(bucket, `${prefix}${path}`, bytes);
    }
    for (const there of objects.list(bucket, prefix)) if (!files.has(there.slice(prefix.length))) objects.remove(bucket, there);
  }

  return {
    /** What an attempt of a host starts from, and where it leaves what it has. */
    of(host: string): Checkpoints {
      const files = objects.list(bucket, prefix).flatMap((there): FolderFile[] => {
        const bytes = objects.read(bucket, there);
        return bytes && !there.endsWith('/') ? [{ path: there.slice(prefix.length), bytes }] : [];
      });
      ofHosts.set(host, files);
      return {
        folder: checkpointFolder(config) ?? '',
        files,
        keep(now) {
          ofHosts.set(host, now);
          // The first host's file stays where several have one of the same name.
          const all = new Map([...ofHosts.values()].toReversed().flatMap((one) => one.map((file) => [file.path, file.bytes] as const)));
          try {
            write(all);
          } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            onLost(`Checkpoints cannot be kept at s3://${bucket}/${prefix}: ${error.message}`);
          }
        },
      };
    },
  };
}
