import type { SecondaryStatus, TrainingJobStatus } from '@aws-sdk/client-sagemaker';
import { contract } from '../../containers/contract.ts';
import { durations } from './durations.ts';
import type { SageMaker, TrainingFault, TrainingJob } from './state.ts';
import { checkpointsInS3 } from './training-checkpoints.ts';
import { channelsByHost, clusterOf, hostsOf } from './training-cluster.ts';
import { type HostsEnd, startHosts } from './training-hosts.ts';
import { trainingMetrics } from './training-metrics.ts';
import type { ResolvedImage, TrainSpec } from './workloads/workloads.ts';

/** How a job's attempts to train came to an end. */
export type AttemptsOutcome =
  /** Before any container ran, or between two attempts. */
  | { readonly kind: 'stopped-before'; readonly as: 'Stopped' | 'MaxWaitTimeExceeded' }
  | { readonly kind: 'failed-before'; readonly reason: string }
  /** The containers were asked to end. */
  | { readonly kind: 'stopped'; readonly as: 'Stopped' | 'MaxRuntimeExceeded' | 'MaxWaitTimeExceeded'; readonly hosts: HostsEnd }
  /** They ended by themselves. */
  | { readonly kind: 'ended'; readonly hosts: HostsEnd };

type End = 'ended' | 'stop' | 'too-long' | 'waited-too-long' | TrainingFault['kind'];

/** A promise and what resolves it. */
function signal<T>(): { readonly raised: Promise<T>; raise(value: T): void } {
  let raise: (value: T) => void = () => {};
  const raised = new Promise<T>((resolve) => {
    raise = resolve;
  });
  return { raised, raise: (value) => raise(value) };
}

/**
 * Trains until a job has ended: once, and again after its spot instances were interrupted, or after a failure of AWS's own while
 * `RetryStrategy` allows. Times are emulator time: `MaxRuntimeInSeconds` bounds the training of all attempts together,
 * `MaxWaitTimeInSeconds` all of a spot job since it was created.
 */
export async function trainingAttempts(
  state: SageMaker,
  job: TrainingJob,
  enter: (status: TrainingJobStatus, secondary: SecondaryStatus) => void,
): Promise<AttemptsOutcome> {
  const { kernel } = state;
  const { clock } = kernel;
  const take = durations(kernel.random);
  const { input } = job;
  const spot = input.EnableManagedSpotTraining ?? false;
  const { MaxRuntimeInSeconds: longest = contract.maxRuntimeMs / 1000, MaxWaitTimeInSeconds: wait } = input.StoppingCondition ?? {};
  const metrics = trainingMetrics(kernel, job);
  const groups = clusterOf(input.ResourceConfig);
  const log = (stream: string, line: string) => state.options.log('/aws/sagemaker/TrainingJobs', stream, line);
  const checkpoints =
    input.CheckpointConfig && checkpointsInS3(state.options.objects, input.CheckpointConfig, (why) => log(`${job.name}/checkpoints`, why));
  let retriesLeft = input.RetryStrategy?.MaximumRetryAttempts ?? 0;
  let trainedMs = 0;
  /** When the last attempt's containers had ended. */
  let stoppedAtMs: number | undefined;

  const over = signal<'waited-too-long'>();
  let expired = false;
  const deadline =
    spot && wait !== undefined
      ? clock.after(job.createdAtMs + 1000 * wait - clock.now(), `longest wait of ${job.name}`, () => {
          expired = true;
          over.raise('waited-too-long');
        })
      : undefined;

  /** Waits, unless somebody stops the job or its time is over. @returns what ends it, where something does */
  async function pause(seconds: number, label: string): Promise<AttemptsOutcome | undefined> {
    const done = signal<void>();
    const timer = clock.after(1000 * seconds, label, () => done.raise());
    await Promise.race([job.stopped, over.raised, done.raised]);
    timer.cancel();
    if (job.stopRequested) return { kind: 'stopped-before', as: 'Stopped' };
    return expired ? { kind: 'stopped-before', as: 'MaxWaitTimeExceeded' } : undefined;
  }

  function specsOf(image: ResolvedImage, channels: ReturnType<typeof channelsByHost>): readonly TrainSpec[] {
    const { ContainerEntrypoint: entrypoint, ContainerArguments: words } = input.AlgorithmSpecification ?? {};
    const startedAtSeconds = Math.floor(clock.now() / 1000);
    return groups.flatMap((group) =>
      group.hosts.map((host) => ({
        jobName: job.name,
        jobArn: job.arn,
        image,
        imageUri: input.AlgorithmSpecification?.TrainingImage ?? '',
        hyperparameters: input.HyperParameters ?? {},
        environment: input.Environment ?? {},
        channels: channels.get(host) ?? [],
        instanceType: group.instanceType,
        cluster: { host, groups },
        command: { entrypoint, arguments: words },
        checkpoints: checkpoints?.of(host),
        // A statistical run ends with a value for each: one host's is enough.
        metricNames: host === hostsOf(groups)[0] ? metrics.names : [],
        onLine(line: string) {
          log(`${job.name}/${host}-${startedAtSeconds}`, line);
          metrics.scrape(line, (sentence) => log(`${job.name}/${host}-${startedAtSeconds}`, sentence));
        },
      })),
    );
  }

  /** One run of all hosts, until it ends or something ends it. */
  async function attempt(number: number, specs: readonly TrainSpec[]): Promise<{ readonly end: End; readonly hosts: HostsEnd }> {
    const run = startHosts(state.options.workloads, specs);
    const other = signal<End>();
    const timers = [clock.after(1000 * longest - trainedMs, `longest run of ${job.name}`, () => other.raise('too-long'))];
    const fault = state.options.faults?.training?.(job.name, number, spot);
    if (fault && (spot || fault.kind !== 'interrupted')) {
      timers.push(
        clock.after(1000 * fault.afterSeconds, `${fault.kind} of ${job.name}`, () => {
          fault.happens?.();
          other.raise(fault.kind);
        }),
      );
    }
    const end = await Promise.race([run.ended.then((): End => 'ended'), job.stopped.then((): End => 'stop'), over.raised, other.raised]);
    for (const timer of timers) timer.cancel();
    if (end === 'too-long' || end === 'waited-too-long') enter('Stopping', 'Stopping');
    if (end !== 'ended') await run.stop();
    return { end, hosts: await run.ended };
  }

  async function begin(): Promise<AttemptsOutcome> {
    for (let number = 1; ; number++) {
      const beforeStart = await pause(take.trainingStart(), `start ${job.name}`);
      if (beforeStart || state.closed) return beforeStart ?? { kind: 'stopped-before', as: 'Stopped' };
      enter('InProgress', 'Downloading');
      const image = state.options.image(input.AlgorithmSpecification?.TrainingImage ?? '');
      if (!image) {
        return {
          kind: 'failed-before',
          reason: 'ClientError: Cannot pull algorithm container. Either the image does not exist or its permissions are incorrect.',
        };
      }
      const channels = channelsByHost(state.options.objects, input, groups);
      const beforeTraining = await pause(take.trainingDownload(), `download for ${job.name}`);
      if (beforeTraining || state.closed) return beforeTraining ?? { kind: 'stopped-before', as: 'Stopped' };

      const beganAtMs = clock.now();
      job.trainingStartedAtMs ??= beganAtMs;
      if (stoppedAtMs !== undefined) job.idleMs += beganAtMs - stoppedAtMs;
      enter('InProgress', 'Training');
      const { end, hosts } = await attempt(number, specsOf(image, channels));
      if (state.closed) return { kind: 'stopped-before', as: 'Stopped' };
      stoppedAtMs = clock.now();
      trainedMs += stoppedAtMs - beganAtMs;
      for (const { end: ended } of hosts.ends)
        for (const [name, value] of Object.entries(ended.metrics ?? {})) if (!job.finalMetrics.has(name)) metrics.found(name, value);
      metrics.publish();
      switch (end) {
        case 'ended':
          return { kind: 'ended', hosts };
        case 'stop':
          return { kind: 'stopped', as: 'Stopped', hosts };
        case 'too-long':
          return { kind: 'stopped', as: 'MaxRuntimeExceeded', hosts };
        case 'waited-too-long':
          return { kind: 'stopped', as: 'MaxWaitTimeExceeded', hosts };
        case 'interrupted': {
          enter('InProgress', 'Interrupted');
          const beforeRestart = await pause(take.spotCapacity(), `new spot instances for ${job.name}`);
          if (beforeRestart) return beforeRestart;
          enter('InProgress', 'Restarting');
          break;
        }
        case 'internal-error':
          if (retriesLeft === 0) return { kind: 'failed-before', reason: 'InternalServerError: We encountered an internal error. Please try again.' };
          retriesLeft--;
          enter('InProgress', 'Starting');
      }
    }
  }
  const outcome = await begin();
  deadline?.cancel();
  return outcome;
}
