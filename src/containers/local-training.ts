import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { keepArtifact } from './artifacts.ts';
import { type Container, ContainerCannotStart, type Engine, type Network } from './container.ts';
import { contract } from './contract.ts';
import { trainingEnvironment } from './environment.ts';
import { failureText, makeTrainingLayout, paths } from './layout.ts';
import type { HostEnd, LocalTraining, SecondaryStatus, TrainingEvent, TrainingResult } from './local-job.ts';
import { metricsIn } from './metric-definitions.ts';
import { type Exit, exitCodeOf, explainExit, failureReason } from './training-end.ts';
import { type Wall, wall } from './wall.ts';

export interface TrainingSurroundings {
  readonly engine: Engine;
  /** Exists; takes the hosts' trees, which are whoever's who made the folder. */
  readonly folder: string;
  /** Takes model.tar.gz and output.tar.gz. */
  readonly artifactsFolder: string;
  readonly tell: (event: TrainingEvent) => void;
  /** A person's wish to stop: SIGTERM, SIGKILL 120 s later. */
  readonly stop: AbortSignal;
  readonly time?: Wall;
}

/** Lines of a host's log that are told again where it failed. */
const lastLineCount = 20;

/** The account of jobs that have none. */
const account = '000000000000';

/**
 * Runs a training job on this machine under SageMaker's contract: one container a host, each with a tree of its own, and what they leave as
 * `model.tar.gz` and `output.tar.gz`. The first host that fails takes the others with it.
 *
 * @throws Error only where this machine fails us; what the job does wrong is in the result
 */
export async function trainLocally(job: LocalTraining, around: TrainingSurroundings): Promise<TrainingResult> {
  const { engine, tell, stop, time = wall } = around;
  const hosts = Array.from({ length: job.hostCount }, (_, index) => `algo-${index + 1}`);
  const baseFolder = (host: string) => join(around.folder, host);
  const enter = (status: SecondaryStatus, text: string) => tell({ type: 'status', status, text });
  const metrics: Record<string, number> = {};
  const ends = new Map<string, HostEnd>();
  const running = new Map<string, Container>();
  let reason: 'stop' | 'too-long' | 'failed' | undefined;

  /** Asks all that run to end; the first reason is the one that counts. */
  function end(why: NonNullable<typeof reason>, text: string): void {
    if (reason !== undefined) return;
    reason = why;
    if (running.size > 0)
      enter('Stopping', `${text}: SIGTERM to ${[...running.keys()].join(', ')}, SIGKILL ${contract.trainingGraceMs / 1000} s later`);
    for (const container of running.values()) void container.stop(contract.trainingGraceMs);
  }

  async function run(host: string, network: Network): Promise<void> {
    const lastLines: string[] = [];
    const over = (exit: Exit, text: string, started = true) => {
      running.delete(host);
      const exitCode = exitCodeOf(exit);
      ends.set(host, { host, started, exitCode, text, failure: failureText(baseFolder(host)) ?? '', lastLines });
      tell({ type: 'ended', host, exitCode, text });
      if (exitCode !== 0) end('failed', `${host} failed`);
    };
    try {
      const { jobName, region, environment } = job;
      const container = await engine.start({
        ...job.image,
        command: 'train',
        baseFolder: baseFolder(host),
        environment: trainingEnvironment({ jobName, jobArn: `arn:aws:sagemaker:${region}:${account}:training-job/${jobName}`, region, environment }),
        member: { network, hostName: host },
        onLine(line, stream) {
          lastLines.push(line);
          if (lastLines.length > lastLineCount) lastLines.shift();
          tell({ type: 'log', host, stream, line });
          for (const { name, value } of metricsIn(line, job.metrics, (sentence) => tell({ type: 'log', host, stream: 'stderr', line: sentence }))) {
            metrics[name] = value;
            tell({ type: 'metric', host, name, value });
          }
        },
        name: `${jobName}-${host}`,
      });
      running.set(host, container);
      // Somebody wanted the end while it was being started.
      if (reason !== undefined) void container.stop(contract.trainingGraceMs);
      const exit = await container.exited;
      over(exit, explainExit(exit, 'train'));
    } catch (error) {
      if (!(error instanceof ContainerCannotStart)) throw error;
      over({ exitCode: 127, signal: null }, error.message, false);
    }
  }

  const beganAtMs = time.now();
  makeArtifactsFolder(around.artifactsFolder);
  enter('Starting', `job ${job.jobName} on ${hosts.join(', ')}`);
  const network = await engine.network(hosts);
  let timer: { cancel(): void } | undefined;
  const onStop = () => end('stop', 'the job is to stop');
  try {
    if (network.unresolved !== undefined) tell({ type: 'notice', text: network.unresolved });
    if (job.channels.length > 0) enter('Downloading', `channels ${job.channels.map(({ name }) => name).join(', ')}`);
    for (const host of hosts) {
      mkdirSync(baseFolder(host), { recursive: true });
      makeTrainingLayout(baseFolder(host), {
        hyperParameters: job.hyperParameters,
        channels: job.channels.map((channel) => ({ ...channel, files: [] })),
        // What the training toolkit, too, takes a machine that is none of AWS's for.
        instanceType: 'local',
        hosts,
        currentHost: host,
        networkInterface: network.interfaceName,
      });
    }
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop, { once: true });
    if (reason === undefined) {
      enter(
        'Training',
        `${hosts.length === 1 ? 'one container' : `${hosts.length} containers`} as ${engine.kind === 'docker' ? 'Docker containers' : 'plain processes'}`,
      );
      timer = time.after(job.maxRuntimeMs, () => end('too-long', `the job has run for ${job.maxRuntimeMs / 1000} s, its longest`));
      await Promise.all(hosts.map((host) => run(host, network)));
    }
  } finally {
    timer?.cancel();
    stop.removeEventListener('abort', onStop);
    // After a fault of ours: nothing of the job's may outlive it.
    await Promise.all([...running.values()].map((container) => container.stop(0)));
    await network.close();
  }

  const results = hosts.flatMap((host) => ends.get(host) ?? []);
  const failed = results.find(({ exitCode }) => exitCode !== 0);
  const status = reason === 'stop' || reason === 'too-long' ? 'Stopped' : failed ? 'Failed' : 'Completed';
  const kept = results.length === 0 ? {} : keep(status);
  const secondaryStatus = reason === 'too-long' ? 'MaxRuntimeExceeded' : status;
  const why = status === 'Failed' ? reasonOf(firstFailure()) : undefined;
  enter(secondaryStatus, why ?? `job ${job.jobName}`);
  return {
    status,
    secondaryStatus,
    ...(why !== undefined && { failureReason: why }),
    hosts: results,
    metrics,
    ...kept,
    seconds: Math.round((time.now() - beganAtMs) / 1000),
  };

  /** In time, not in name: the others only followed it. */
  function firstFailure(): HostEnd | undefined {
    return [...ends.values()].find(({ exitCode }) => exitCode !== 0);
  }

  function keep(status: TrainingResult['status']): Pick<TrainingResult, 'model' | 'output'> {
    enter('Uploading', around.artifactsFolder);
    const artifact = (name: string, below: string) => {
      const kept = keepArtifact(
        name,
        hosts.map((host) => join(baseFolder(host), below)),
        around.artifactsFolder,
      );
      for (const text of kept.notices) tell({ type: 'notice', text });
      return kept;
    };
    // All of /opt/ml/output, as the Python SDK's local mode keeps it: SageMaker itself keeps output/data alone.
    const output = artifact('output', paths.output);
    if (status === 'Failed') return { output: output.path };
    const model = artifact('model', paths.model);
    if (status === 'Completed' && model.files === 0)
      tell({ type: 'notice', text: 'no host left a file in /opt/ml/model: the model is empty (CC-65)' });
    return { model: model.path, output: output.path };
  }
}

/** Before anything is trained, or hours of it would have nowhere to go. */
function makeArtifactsFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new Error(
      `Cannot keep artifacts in "${folder}" (${cause instanceof Error ? cause.message : String(cause)}): name a folder that can be written to`,
      {
        cause,
      },
    );
  }
}

/** A start that failed says why by itself; a program has its failure file. */
const reasonOf = (end: HostEnd | undefined): string => failureReason((end?.started === false ? end.text : end?.failure) ?? '', end?.exitCode ?? 1);
