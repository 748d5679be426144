import type { SecondaryStatus, TrainingJobStatus } from '@aws-sdk/client-sagemaker';
import { type ArchiveEntry, gzip, tar } from '../../containers/archive.ts';
import { contract } from '../../containers/contract.ts';
import { exitCodeOf, failureReason } from '../../containers/training-end.ts';
import { AwsError } from '../aws-error.ts';
import { durations } from './durations.ts';
import { publishTrainingJobState } from './events.ts';
import { filesBelow, s3Location } from './s3-data.ts';
import type { SageMaker, TrainingJob } from './state.ts';
import { trainingMetrics } from './training-metrics.ts';
import type { TrainingEnd } from './workloads/workloads.ts';

/** AWS's own words on each step; it asks not to code against them. */
const messages: Partial<Record<SecondaryStatus, string>> = {
  Starting: 'Starting the training job',
  Downloading: 'Downloading the training image',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
};

/** Default of `StoppingCondition.MaxRuntimeInSeconds`. */
export const defaultMaxRuntimeSeconds = contract.maxRuntimeMs / 1000;

/** Enters a secondary status: closes the step before, stamps, traces, tells EventBridge. */
export function enter(state: SageMaker, job: TrainingJob, status: TrainingJobStatus, secondary: SecondaryStatus): void {
  const nowMs = state.kernel.clock.now();
  const before = job.transitions.at(-1);
  if (before && !before.EndTime) before.EndTime = new Date(nowMs);
  const ends = status === 'Completed' || status === 'Failed' || status === 'Stopped';
  job.transitions.push({
    Status: secondary,
    StartTime: new Date(nowMs),
    ...(ends && { EndTime: new Date(nowMs) }),
    StatusMessage: messages[secondary] ?? secondary,
  });
  job.status = status;
  job.secondaryStatus = secondary;
  job.modifiedAtMs = nowMs;
  state.kernel.trace.write('training', {
    job: job.name,
    status,
    secondaryStatus: secondary,
    ...(job.failureReason !== undefined && { failureReason: job.failureReason }),
  });
  publishTrainingJobState(state.kernel, job);
}

function finish(state: SageMaker, job: TrainingJob, status: 'Completed' | 'Failed' | 'Stopped', secondary: SecondaryStatus = status): void {
  if (job.trainingStartedAtMs !== undefined) job.trainingEndedAtMs = state.kernel.clock.now();
  enter(state, job, status, secondary);
}

function fail(state: SageMaker, job: TrainingJob, reason: string): void {
  job.failureReason = reason.slice(0, contract.failureCharacters);
  finish(state, job, 'Failed');
}

function upload(state: SageMaker, job: TrainingJob, name: 'model' | 'output', entries: readonly ArchiveEntry[]): string {
  const { bucket, key } = s3Location(job.input.OutputDataConfig?.S3OutputPath ?? '');
  const folder = `${key === '' || key.endsWith('/') ? key : `${key}/`}${job.name}/output/`;
  if (job.input.OutputDataConfig?.CompressionType === 'NONE') {
    for (const { path, bytes } of entries) if (bytes) state.options.objects.write(bucket, `${folder}${name}/${path}`, bytes);
    return `s3://${bucket}/${folder}${name}/`;
  }
  state.options.objects.write(bucket, `${folder}${name}.tar.gz`, gzip(tar(entries)));
  return `s3://${bucket}/${folder}${name}.tar.gz`;
}

type Verdict = { readonly kind: 'ended'; readonly end: TrainingEnd } | { readonly kind: 'stop' } | { readonly kind: 'too-long' };

/** Starts a job's story: Starting, Downloading, Training, Uploading, and one of Completed, Failed, Stopped. */
export function beginTraining(state: SageMaker, job: TrainingJob): void {
  const { kernel } = state;
  const { clock } = kernel;
  const take = durations(kernel.random);
  const { input } = job;
  enter(state, job, 'InProgress', 'Starting');

  /** Waits, unless somebody stops the job. */
  async function pause(seconds: number, label: string): Promise<void> {
    let resume = () => {};
    const timer = clock.after(1000 * seconds, label, () => resume());
    await Promise.race([
      job.stopped,
      new Promise<void>((resolve) => {
        resume = resolve;
      }),
    ]);
    timer.cancel();
  }

  kernel.background(`train ${job.name}`, async () => {
    await pause(take.trainingStart(), `start ${job.name}`);
    if (state.closed) return;
    if (job.stopRequested) return finish(state, job, 'Stopped');
    enter(state, job, 'InProgress', 'Downloading');
    const imageUri = input.AlgorithmSpecification?.TrainingImage ?? '';
    const image = state.options.image(imageUri);
    if (!image)
      return fail(state, job, 'ClientError: Cannot pull algorithm container. Either the image does not exist or its permissions are incorrect.');
    const channels = (input.InputDataConfig ?? []).map((channel) => ({
      name: channel.ChannelName ?? '',
      contentType: channel.ContentType,
      files: filesBelow(state.options.objects, channel.DataSource?.S3DataSource?.S3Uri ?? ''),
    }));
    await pause(take.trainingDownload(), `download for ${job.name}`);
    if (state.closed) return;
    if (job.stopRequested) return finish(state, job, 'Stopped');

    job.trainingStartedAtMs = clock.now();
    enter(state, job, 'InProgress', 'Training');
    const metrics = trainingMetrics(kernel, job);
    const stream = `${job.name}/algo-1-${Math.floor(job.trainingStartedAtMs / 1000)}`;
    const run = state.options.workloads.train({
      jobName: job.name,
      jobArn: job.arn,
      image,
      imageUri,
      hyperparameters: input.HyperParameters ?? {},
      environment: input.Environment ?? {},
      channels,
      instanceType: input.ResourceConfig?.InstanceType ?? '',
      metricNames: metrics.names,
      onLine(line) {
        state.options.log('/aws/sagemaker/TrainingJobs', stream, line);
        metrics.scrape(line);
      },
    });
    job.run = run;
    let tooLong = () => {};
    const timer = clock.after(1000 * (input.StoppingCondition?.MaxRuntimeInSeconds ?? defaultMaxRuntimeSeconds), `longest run of ${job.name}`, () =>
      tooLong(),
    );
    const verdict = await Promise.race([
      run.ended.then((end): Verdict => ({ kind: 'ended', end })),
      job.stopped.then((): Verdict => ({ kind: 'stop' })),
      new Promise<Verdict>((resolve) => {
        tooLong = () => resolve({ kind: 'too-long' });
      }),
    ]);
    timer.cancel();
    if (verdict.kind === 'too-long') enter(state, job, 'Stopping', 'Stopping');
    if (verdict.kind !== 'ended') await run.stop();
    const end = await run.ended;
    job.run = undefined;
    if (state.closed) return;
    for (const [name, value] of Object.entries(end.metrics ?? {})) if (!job.finalMetrics.has(name)) metrics.found(name, value);
    metrics.publish();

    const stopped = verdict.kind !== 'ended';
    const code = exitCodeOf({ exitCode: end.exitCode ?? null, signal: end.signal ?? null });
    enter(state, job, stopped ? 'Stopping' : 'InProgress', 'Uploading');
    await clock.sleep(1000 * take.trainingUpload(), `upload of ${job.name}`);
    try {
      if (end.outputFiles.length > 0) upload(state, job, 'output', end.outputFiles);
      if (stopped || code === 0) job.modelArtifacts = upload(state, job, 'model', end.modelFiles);
    } catch (error) {
      // A bucket that is not there; anything else is a fault of the emulator's.
      if (!(error instanceof AwsError)) throw error;
      return fail(state, job, `ClientError: Artifact upload failed: ${error.message}`);
    }
    if (verdict.kind === 'too-long') return finish(state, job, 'Stopped', 'MaxRuntimeExceeded');
    if (stopped) return finish(state, job, 'Stopped');
    if (code === 0) return finish(state, job, 'Completed');
    fail(state, job, failureReason(end.failureText, code));
  });
}
