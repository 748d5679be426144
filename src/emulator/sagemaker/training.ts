import type { SecondaryStatus, TrainingJobStatus } from '@aws-sdk/client-sagemaker';
import { mergeHosts } from '../../containers/artifacts.ts';
import { contract } from '../../containers/contract.ts';
import { failureReason } from '../../containers/training-end.ts';
import { AwsError } from '../aws-error.ts';
import { durations } from './durations.ts';
import { publishTrainingJobState } from './events.ts';
import type { SageMaker, TrainingJob } from './state.ts';
import { upload } from './training-artifacts.ts';
import { trainingAttempts } from './training-attempt.ts';
import type { HostsEnd } from './training-hosts.ts';

/** AWS's own words on each step; it asks not to code against them. */
const messages: Partial<Record<SecondaryStatus, string>> = {
  Starting: 'Starting the training job',
  Downloading: 'Downloading the training image',
  Training: 'Training image download completed. Training in progress.',
  Interrupted: 'The managed spot instances of the training job were interrupted',
  Restarting: 'Restarting the training job',
  Uploading: 'Uploading generated training model',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
  MaxWaitTimeExceeded: 'Training job exceeded MaxWaitTimeInSeconds provided',
};

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

/** What the host that failed left as its reason, and how it ended. */
const failureOf = ({ failed }: HostsEnd): string | undefined => failed && failureReason(failed.end.failureText, failed.exitCode);

/** Uploads what the hosts left, also of a job that failed or was stopped. @returns the FailureReason where the bucket is not there */
async function uploadAll(state: SageMaker, job: TrainingJob, { ends }: HostsEnd, withModel: boolean): Promise<string | undefined> {
  const { clock, random } = state.kernel;
  enter(state, job, job.status === 'Stopping' ? 'Stopping' : 'InProgress', 'Uploading');
  await clock.sleep(1000 * durations(random).trainingUpload(), `upload of ${job.name}`);
  try {
    const output = mergeHosts(ends.map(({ end }) => end.outputFiles)).entries;
    if (output.length > 0) upload(state, job, 'output', output);
    if (withModel) job.modelArtifacts = upload(state, job, 'model', mergeHosts(ends.map(({ end }) => end.modelFiles)).entries);
    return undefined;
  } catch (error) {
    // A bucket that is not there; anything else is a fault of the emulator's.
    if (!(error instanceof AwsError)) throw error;
    return `ClientError: Artifact upload failed: ${error.message}`;
  }
}

/** Starts a job's story: Starting, Downloading, Training (and again after an interruption), Uploading, and one of Completed, Failed, Stopped. */
export function beginTraining(state: SageMaker, job: TrainingJob): void {
  enter(state, job, 'InProgress', 'Starting');
  state.kernel.background(`train ${job.name}`, async () => {
    const outcome = await trainingAttempts(state, job, (status, secondary) => enter(state, job, status, secondary));
    if (state.closed) return;
    switch (outcome.kind) {
      case 'stopped-before':
        return finish(state, job, 'Stopped', outcome.as);
      case 'failed-before':
        return fail(state, job, outcome.reason);
      case 'stopped': {
        const lost = await uploadAll(state, job, outcome.hosts, true);
        return lost === undefined ? finish(state, job, 'Stopped', outcome.as) : fail(state, job, lost);
      }
      case 'ended': {
        const failure = failureOf(outcome.hosts);
        const lost = await uploadAll(state, job, outcome.hosts, failure === undefined);
        if (lost !== undefined) return fail(state, job, lost);
        return failure === undefined ? finish(state, job, 'Completed') : fail(state, job, failure);
      }
    }
  });
}
