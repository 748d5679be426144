import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Engine } from '../../../src/containers/container.ts';
import type { TrainingEvent, TrainingResult } from '../../../src/containers/local-job.ts';
import { trainLocally } from '../../../src/containers/local-training.ts';
import { folderOf } from '../folder.ts';
import { fastWall, impatient, localImage } from '../local.ts';
import { type Dump, trainProbe } from './probe.ts';

/** One run of the probe as a training job. */
export interface TrainingRun {
  readonly dump: Dump | undefined;
  readonly result: TrainingResult;
  readonly statuses: readonly string[];
  /** Milliseconds between SIGTERM and SIGKILL, as asked for. */
  readonly graces: readonly number[];
  /** Names of the files that were kept, in whichever archive. */
  readonly kept: readonly string[];
}

const channel = folderOf({ 'rows.csv': '1,2\n' });
const image = localImage({ 'opt/program/train': trainProbe });

/**
 * @param how.environment besides what the platform sets; `PROBE_…` tell the probe what to do
 * @param how.stop stops the job as soon as it runs
 */
export async function observeTraining(
  engine: Engine,
  how: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly stop?: boolean;
    readonly maxRuntimeMs?: number;
    readonly hosts?: number;
  } = {},
): Promise<TrainingRun> {
  const events: TrainingEvent[] = [];
  const stop = new AbortController();
  const asked = impatient(engine, 100);
  const result = await trainLocally(
    {
      image,
      jobName: 'probe-1',
      region: 'eu-west-1',
      hyperParameters: { lr: '0.1' },
      channels: [{ name: 'train', contentType: 'text/csv', copyOf: channel }],
      environment: how.environment ?? {},
      hostCount: how.hosts ?? 1,
      metrics: [],
      maxRuntimeMs: how.maxRuntimeMs ?? 86_400_000,
    },
    {
      engine: asked,
      folder: folderOf({}),
      artifactsFolder: join(folderOf({}), 'artifacts'),
      stop: stop.signal,
      time: fastWall(1_000),
      tell(event) {
        events.push(event);
        if (how.stop && event.type === 'log') stop.abort();
      },
    },
  );
  const line = events.flatMap((event) => (event.type === 'log' && event.line.startsWith('dump ') ? [event.line.slice(5)] : [])).at(0);
  return {
    dump: line === undefined ? undefined : (JSON.parse(line) as Dump), // The probe's own words.
    result,
    statuses: events.flatMap((event) => (event.type === 'status' ? [event.status] : [])),
    graces: asked.graces,
    kept: [result.model, result.output].flatMap((archive) =>
      archive === undefined ? [] : execFileSync('tar', ['--list', '--gzip', '--file', archive], { encoding: 'utf8' }).trim().split('\n'),
    ),
  };
}
