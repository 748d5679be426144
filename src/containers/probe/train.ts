import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wallSleep } from 'node:timers/promises';
import { succeeded, type TrainingLimits, type TrainingRun, type TrainingSeen } from '../checks/training/seen.ts';
import type { Engine, Network } from '../container.ts';
import { trainingEnvironment } from '../environment.ts';
import { type ChannelLayout, failureText, makeTrainingLayout, paths, wipe } from '../layout.ts';
import { logTail } from './log.ts';
import type { ProbedImage } from './serve.ts';
import { changes, snapshot } from './snapshot.ts';

// Everything here is wall time: a container cannot be hurried.

/** SageMaker's 120 s between SIGTERM and SIGKILL, and ten minutes a run. */
export const trainingLimits: TrainingLimits = { runMs: 600_000, stopMs: 120_000 };

export interface TrainingProbe {
  readonly image: ProbedImage;
  readonly channels: readonly ChannelLayout[];
  /** As a request gives them: text. */
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: TrainingLimits;
  /** A new folder for each run; the probe removes it. */
  readonly newFolder: () => string;
  /** Called with the folder of the model the first run made, before it is removed. Not called where that run failed. */
  readonly onModel?: (folder: string) => void;
  /** Told what a person has to know of the runs: that the host does not find its own name, say. */
  readonly onNotice?: (text: string) => void;
}

const host = 'algo-1';
const jobName = 'probe';
/** With a dot and a hyphen, which SageMaker allows and nobody expects. */
const otherName = 'probe-channel.1';
/** What script mode adds of its own, as it lies in the file: text in quotes, a number as a number. */
const platformHyperParameters = { sagemaker_job_name: `"${jobName}"`, sagemaker_region: '"us-east-1"', sagemaker_container_log_level: '20' };

interface Change {
  readonly channels?: readonly ChannelLayout[];
  readonly hyperParameters?: Readonly<Record<string, string>>;
  /** Sends SIGTERM so long after its first line, or after its start. Unset: it is left alone. */
  readonly stop?: { readonly afterMs: number; readonly of: 'first line' | 'start' };
  readonly onModel?: TrainingProbe['onModel'];
}

/** A run, and when it was stopped, if it was still going on then. */
async function run(
  engine: Engine,
  network: Network,
  probe: TrainingProbe,
  change: Change = {},
): Promise<TrainingRun & { readonly stoppedAfterMs?: number }> {
  const baseFolder = probe.newFolder();
  const data = join(baseFolder, paths.data);
  const log = logTail();
  try {
    makeTrainingLayout(baseFolder, {
      hyperParameters: change.hyperParameters ?? probe.hyperParameters,
      channels: change.channels ?? probe.channels,
      instanceType: 'ml.m5.large',
      networkInterface: network.interfaceName,
    });
    const before = await snapshot(data);
    const beganAt = performance.now();
    let firstLineMs: number | undefined;
    let markFirstLine = () => {};
    const firstLine = new Promise<void>((resolve) => {
      markFirstLine = resolve;
    });
    const container = await engine.start({
      ...probe.image,
      command: 'train',
      baseFolder,
      environment: trainingEnvironment({
        jobName,
        jobArn: `arn:aws:sagemaker:us-east-1:111122223333:training-job/${jobName}`,
        region: 'us-east-1',
        environment: probe.environment,
      }),
      member: { network, hostName: host },
      onLine(line) {
        firstLineMs ??= performance.now() - beganAt;
        markFirstLine();
        log.onLine(line);
      },
      name: 'train',
    });
    const patience = new AbortController();
    const ended = container.exited.then(() => patience.abort());
    if (change.stop?.of === 'first line') await Promise.race([firstLine, ended]);
    // An end cuts the wait short, which is no failure.
    await wallSleep(change.stop?.afterMs ?? probe.limits.runMs, undefined, { signal: patience.signal }).catch(() => {});
    const stillRuns = !patience.signal.aborted;
    const stoppedAfterMs = performance.now() - beganAt;
    if (stillRuns) await container.stop(probe.limits.stopMs);
    await ended;
    const { exitCode, signal } = await container.exited;
    if (exitCode === 0 && !stillRuns) change.onModel?.(join(baseFolder, paths.model));
    const failure = failureText(baseFolder);
    return {
      exitCode,
      signal,
      ms: performance.now() - beganAt,
      ...(firstLineMs === undefined ? {} : { firstLineMs }),
      overtime: stillRuns && change.stop === undefined,
      ...(stillRuns ? { stoppedAfterMs } : {}),
      log: log.lines(),
      ...(failure === undefined ? {} : { failure }),
      modelFiles: filesBelow(join(baseFolder, paths.model)),
      checkpointFiles: filesBelow(join(baseFolder, paths.checkpoints)),
      changedInput: changes(before, await snapshot(data)),
    };
  } finally {
    wipe(baseFolder);
  }
}

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile()) : [];

/**
 * Starts an image with `train` as SageMaker would; where that succeeds, again with what trips images: another channel, quoted
 * hyperparameters, no data, SIGTERM half-way.
 *
 * @throws ContainerCannotStart where the engine finds nothing to start
 */
export async function probeTraining(engine: Engine, probe: TrainingProbe): Promise<TrainingSeen> {
  // The training toolkit waits a quarter of an hour for its own host's name.
  const network = await engine.network([host]);
  try {
    if (network.unresolved !== undefined) probe.onNotice?.(network.unresolved);
    return await runs((change) => run(engine, network, probe, change), probe);
  } finally {
    await network.close();
  }
}

async function runs(train: (change: Change) => ReturnType<typeof run>, probe: TrainingProbe): Promise<TrainingSeen> {
  const plain = await train(probe.onModel ? { onModel: probe.onModel } : {});
  const seen = { where: 'train', limits: probe.limits, plain };
  if (!succeeded(plain) || plain.overtime) return seen;
  const renamed = probe.channels.map((channel, index) => ({ ...channel, name: index === 0 ? otherName : `${otherName}.${index}` }));
  const quoted = Object.fromEntries(Object.entries(probe.hyperParameters).map(([name, value]) => [name, JSON.stringify(value)]));
  const otherChannel = await train({ channels: renamed });
  const asScriptMode = await train({ hyperParameters: { ...quoted, ...platformHyperParameters } });
  const withoutData = await train({ channels: [] });
  const stop = middleOf(plain);
  const stopped = stop && (await train({ stop }));
  return {
    ...seen,
    otherChannel: { name: otherName, run: otherChannel },
    quoted: asScriptMode,
    withoutData,
    ...(stopped?.stoppedAfterMs === undefined ? {} : { stopped: { afterMs: stopped.stoppedAfterMs, run: stopped } }),
  };
}

/** A run shorter than this after its first line may be through, or not have begun, wherever it is stopped. */
const leastMiddleMs = 300;
/** And one that says nothing has to be this long, to have begun for certain. */
const leastSilentMs = 4_000;

/** When a run that goes as this one went is at work: between its first line and its end. Undefined: it is too short to tell. */
function middleOf({ ms, firstLineMs }: TrainingRun): Change['stop'] {
  if (firstLineMs === undefined) return ms < leastSilentMs ? undefined : { afterMs: ms / 2, of: 'start' };
  return ms - firstLineMs < leastMiddleMs ? undefined : { afterMs: (ms - firstLineMs) / 2, of: 'first line' };
}
