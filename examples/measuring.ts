/** Trains and serves versions of an example's image and counts what they get right. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { servingEnvironment, trainingEnvironment } from '../src/containers/environment.ts';
import { type ImageConfig, parseImageConfig } from '../src/containers/image.ts';
import { makeTrainingLayout, wipe } from '../src/containers/layout.ts';
import { overlay } from '../src/containers/overlay.ts';
import { packImage } from '../src/containers/pack.ts';
import { type Container, type Engine, freePort } from '../src/containers/run.ts';
import type { Word } from '../src/containers/start-command.ts';
import { unpackImage } from '../src/containers/unpack.ts';

export interface Figures {
  /** The last `validation:accuracy` in the training's log, 0-1. */
  readonly validationAccuracy: number;
  /** Share of the held-out rows the model got right, of those it answered, 0-1. */
  readonly heldOutAccuracy: number;
  /** Share of the held-out rows that got an answer other than 200, 0-1. */
  readonly failureShare: number;
}

/** Requests under way at a time. */
const atOnce = 8;

/** What one version is made of, and what it is asked. */
export interface Subject {
  readonly version: string;
  /** The image's folder, then what is laid over it. */
  readonly folders: readonly [string, ...string[]];
  /** The file of the channel `train`. */
  readonly trainFile: string;
  /** Rows as a request has them, and whether an answer is right. */
  readonly heldOut: readonly { readonly row: string; readonly isRight: (answer: string) => boolean }[];
}

/**
 * Puts an example's virtual environment first on this process's PATH, where images that run as plain processes find their interpreter.
 *
 * @param folder the example's
 * @throws Error with the command that makes it, where it is missing
 */
export function enterEnvironment(folder: string): void {
  const bin = join(folder, '.venv/bin');
  if (!existsSync(bin)) throw new Error(`There is no virtual environment in ${bin}: make it with \`npm exec -- node scripts/python.ts\``);
  process.env['PATH'] = [bin, process.env['PATH'] ?? ''].join(delimiter);
}

/** An image as an engine takes it, packed and unpacked below `work`. */
export function unpackedImage(
  folders: Subject['folders'],
  work: string,
  words: readonly Word[] = ['train', 'serve'],
): { rootFolder: string; config: ImageConfig; imageUri: string } {
  const source = overlay(...folders);
  try {
    const image = packImage(source, words);
    const layerFiles = image.layers.map(({ digest, tarGzip }) => {
      const file = join(work, digest.replace(':', '-'));
      writeFileSync(file, tarGzip);
      return file;
    });
    return {
      rootFolder: unpackImage(image.digest, layerFiles, join(work, 'images')),
      config: parseImageConfig(image.config),
      imageUri: image.digest,
    };
  } finally {
    wipe(source);
  }
}

/** Waits until `/ping` answers 200. Throws when the container ends instead, or is silent for `patienceMs` of wall time. */
export async function untilHealthy(container: Container, patienceMs = 120_000): Promise<void> {
  const ended = container.exited.then(() => 'ended' as const);
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    const answer = await fetch(`${container.url ?? ''}/ping`).catch(() => undefined);
    if (answer?.status === 200) return;
    if ((await Promise.race([ended, sleep(25)])) === 'ended') break;
  }
  throw new Error((await container.whyUnreachable()) ?? 'The container never answered /ping with 200');
}

/** Packs a version, trains it on the training channel, serves it, and asks it about every held-out row, one a request. */
export async function measureImage({ version, folders, trainFile, heldOut }: Subject, engine: Engine): Promise<Figures> {
  const work = mkdtempSync(join(tmpdir(), 'measure-'));
  try {
    const baseFolder = join(work, 'opt-ml');
    mkdirSync(baseFolder);
    makeTrainingLayout(baseFolder, {
      hyperParameters: {},
      instanceType: 'ml.m5.large',
      channels: [{ name: 'train', contentType: 'text/csv', files: [{ path: 'train.csv', bytes: readFileSync(trainFile) }] }],
    });
    const log: string[] = [];
    const common = { ...unpackedImage(folders, work), baseFolder, onLine: (line: string) => log.push(line) };
    const job = { jobName: version, jobArn: `arn:aws:sagemaker:eu-west-1:000000000000:training-job/${version}`, region: 'eu-west-1' };
    const training = await engine.start({ ...common, name: `${version}-train`, command: 'train', environment: trainingEnvironment(job) });
    const { exitCode } = await training.exited;
    if (exitCode !== 0) throw new Error(`Training of ${version} ended with exit code ${exitCode}:\n${log.join('\n')}`);
    const accuracies = [...log.join('\n').matchAll(/validation:accuracy=([0-9.]+);/g)];

    const environment = servingEnvironment({ region: 'eu-west-1' });
    const serving = await engine.start({ ...common, name: `${version}-serve`, command: 'serve', port: await freePort(), environment });
    try {
      await untilHealthy(serving).catch((cause: unknown) => {
        throw new Error(`Version ${version} does not serve:\n${log.join('\n')}`, { cause });
      });
      let failed = 0;
      let right = 0;
      const ask = async ({ row, isRight }: Subject['heldOut'][number]) => {
        const answer = await fetch(`${serving.url ?? ''}/invocations`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: row });
        const text = await answer.text();
        if (answer.status !== 200) failed++;
        else if (isRight(text)) right++;
      };
      for (let first = 0; first < heldOut.length; first += atOnce) await Promise.all(heldOut.slice(first, first + atOnce).map(ask));
      return {
        validationAccuracy: Number(accuracies.at(-1)?.[1]),
        heldOutAccuracy: right / (heldOut.length - failed),
        failureShare: failed / heldOut.length,
      };
    } finally {
      await serving.stop(5_000);
    }
  } finally {
    wipe(work);
  }
}

/** Prints a line a version. */
export async function printFigures<Version extends string>(
  versions: readonly Version[],
  measure: (version: Version) => Promise<Figures>,
): Promise<void> {
  console.log('version  validation accuracy  held-out accuracy  failed requests');
  for (const version of versions) {
    const { validationAccuracy, heldOutAccuracy, failureShare } = await measure(version);
    const percent = (share: number, width: number) => `${(share * 100).toFixed(1)} %`.padStart(width);
    console.log(`${version.padEnd(7)}  ${percent(validationAccuracy, 19)}  ${percent(heldOutAccuracy, 17)}  ${percent(failureShare, 15)}`);
  }
}
