import { type ArchiveEntry, gzip, tar } from '../../containers/archive.ts';
import { s3Location } from './s3-data.ts';
import type { SageMaker, TrainingJob } from './state.ts';

/**
 * Writes a job's model or other output to S3.
 *
 * @returns where it is: an archive, or the folder of plain objects with `CompressionType` `NONE`
 * @throws AwsError where the bucket is not there
 */
export function upload(state: SageMaker, job: TrainingJob, name: 'model' | 'output', entries: readonly ArchiveEntry[]): string {
  const { bucket, key } = s3Location(job.input.OutputDataConfig?.S3OutputPath ?? '');
  const folder = `${key === '' || key.endsWith('/') ? key : `${key}/`}${job.name}/output/`;
  if (job.input.OutputDataConfig?.CompressionType === 'NONE') {
    for (const { path, bytes } of entries) if (bytes) state.options.objects.write(bucket, `${folder}${name}/${path}`, bytes);
    return `s3://${bucket}/${folder}${name}/`;
  }
  state.options.objects.write(bucket, `${folder}${name}.tar.gz`, gzip(tar(entries)));
  return `s3://${bucket}/${folder}${name}.tar.gz`;
}
